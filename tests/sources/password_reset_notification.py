"""The notification guide, sentence by sentence: what it says that the system does, and the tests that show it."""

from __future__ import annotations

NOTICE, WORDS = "journeys/test_notification.py", "sources/test_words.py"
PASSWORD, STATUS = "journeys/test_console_password.py", "journeys/test_console_status.py"
RANGES, CONTAIN = "journeys/test_console_ranges.py", "journeys/test_console_contain.py"
SUPPORT, TWO_STEP = "journeys/test_console_support.py", "journeys/test_console_two_step.py"
OWN_TWO_STEP = "journeys/test_two_step.py"

# paragraph and sentence: (what it says the system does, the tests that show it)
SAID: dict[str, tuple[str, list[str]]] = {
    "7": (
        "Whoever's password was reset is told by mail, whichever way it was",
        [
            f"{NOTICE}::test_notice_comes_for_every_way_of_setting_a_password",
            f"{PASSWORD}::test_owner_is_told_when_and_by_whom_and_can_stop_it",
        ],
    ),
    "9": (
        "Nothing is to be done by whoever expected it",
        [f"{NOTICE}::test_notice_says_what_happened_and_what_to_do"],
    ),
    "10": (
        "Whoever did not is told whom to contact at once, and can stop it",
        [
            f"{NOTICE}::test_notice_says_what_happened_and_what_to_do",
            f"{NOTICE}::test_pressing_the_button_freezes_and_the_mailbox_gives_the_account_back",
        ],
    ),
    "12a": (
        "An unexpected one means a compromised account: what happened to it is to be seen",
        [
            f"{SUPPORT}::test_user_page_shows_state_attempts_and_mails",
            "steps/test_admin_events.py::test_every_administrative_action_is_there_with_its_actor",
        ],
    ),
    "12b": (
        "The account is protected at once, by all the functions together",
        [
            f"{CONTAIN}::test_every_measure_at_once_and_the_trail_shows_before_and_after",
            f"{CONTAIN}::test_in_a_browser_as_the_page_proposes_it",
            "docs/test_containment.py::test_it_takes_five_minutes_and_one_page",
        ],
    ),
    "14": (
        "There is a console, for administrators alone",
        [
            "console/test_every_operation.py::test_ad_01_program_gets_exactly_what_it_may",
            f"{SUPPORT}::test_recipient_reaches_no_page_of_the_console",
        ],
    ),
    "15": (
        "The user's page is found by way of directories, domains and the domain",
        [
            f"{PASSWORD}::test_in_a_browser_by_way_of_directories_domains_user",
            "steps/test_admin_users.py::test_users_of_a_domain_page_by_page_with_search",
        ],
    ),
    "16a": (
        "An administrator sets a new password there",
        [
            f"{PASSWORD}::test_typed_password_ends_every_session_at_the_next_request",
            f"{PASSWORD}::test_made_password_is_mailed_and_the_old_one_is_void",
        ],
    ),
    "16b": (
        "And can force it to be changed at the next logon",
        [
            "steps/test_admin_password.py::test_tp_03_forced_change_opens_the_change_page_only",
            "steps/test_admin_password.py::test_force_change_alone_keeps_the_password_for_one_more_logon",
        ],
    ),
    "17": (
        "Saving applies it and leads back",
        [f"{PASSWORD}::test_in_a_browser_by_way_of_directories_domains_user"],
    ),
    "19": (
        "It revokes every session of the user",
        [
            f"{PASSWORD}::test_typed_password_ends_every_session_at_the_next_request",
            "steps/test_admin_password.py::test_se_06_se_07_typed_password_ends_every_session_at_the_next_request",
        ],
    ),
    "21": (
        "Disabling is for administrators, too",
        [
            "console/test_every_operation.py::test_ad_01_program_gets_exactly_what_it_may",
            f"{SUPPORT}::test_support_is_refused_every_write",
        ],
    ),
    "22": (
        "It is on the same page of the user",
        ["web/test_console_pages.py::test_every_action_on_a_user_is_on_the_users_page"],
    ),
    "23": (
        "An account can be disabled",
        [f"{STATUS}::test_in_a_browser_disable_asks_for_a_tick_and_says_what_was_done"],
    ),
    "24": (
        "Saving applies it and leads back",
        [f"{STATUS}::test_in_a_browser_disable_asks_for_a_tick_and_says_what_was_done"],
    ),
    "26": (
        "Nobody gets into it from then on, until it is enabled again",
        [
            f"{STATUS}::test_disabled_account_is_shut_at_once_in_every_state",
            "steps/test_admin_status.py::test_ad_04_enabling_revives_nothing",
        ],
    ),
    "28": (
        "With 2-step a logon takes the password and a one-time code",
        [
            f"{OWN_TWO_STEP}::test_logon_asks_for_the_code_and_takes_it_once",
            f"{TWO_STEP}::test_tf_07_required_counts_at_the_next_request_and_cannot_be_skipped",
        ],
    ),
    "30a": (
        "Every attempt to authenticate is judged by its source address, at several levels",
        [
            f"{RANGES}::test_account_s_own_ranges_go_before_its_domain_s",
            f"{RANGES}::test_portal_ranges_refuse_everybody_outside_before_anything_else",
            f"{RANGES}::test_administrator_ranges_gate_the_console_alone",
        ],
    ),
    "30b": (
        "Only addresses an administrator has listed get in",
        [
            f"{RANGES}::test_live_session_is_refused_outside_and_goes_on_inside",
            "steps/test_admin_ip_ranges.py::test_unset_is_everybody_and_empty_is_nobody",
        ],
    ),
    "30c": (
        "All others are blocked",
        [
            f"{RANGES}::test_ip_08_logon_from_outside_is_generic_recorded_and_never_counts",
            f"{RANGES}::test_ip_01_no_header_moves_a_request_inside",
        ],
    ),
    "32a": (
        "Directories and other applications are told, to reset their own passwords",
        [
            "steps/test_publish_event.py::test_event_of_a_containment_waits_for_the_bus_and_comes_once",
            "steps/test_publish_event.py::test_each_change_is_told_by_its_name_and_nothing_else_is",
        ],
    ),
    "32b": (
        "Other systems may be touched: the page and the mail say so",
        [
            f"{WORDS}::test_containment_reminds_of_other_systems",
            "docs/test_events.py::test_every_published_name_is_documented",
        ],
    ),
}
