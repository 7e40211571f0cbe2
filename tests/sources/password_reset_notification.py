"""The notification guide, sentence by sentence: what it says that the system does, and the tests that show it."""

from __future__ import annotations

NOTICE, WORDS = "journeys/test_notification.py", "sources/test_words.py"
USER, RANGES = "journeys/test_console_user.py", "journeys/test_console_ranges.py"

# paragraph and sentence: (what it says the system does, the tests that show it)
SAID: dict[str, tuple[str, list[str]]] = {
    "7": (
        "Whoever's password was reset is told by mail, whichever way it was",
        [
            "mail/test_notices.py::test_ml_01_every_change_is_told_once_to_the_stored_address",
            "steps/test_admin_password.py::test_ml_01_owner_is_told_by_whom_and_can_stop_it",
        ],
    ),
    "9": (
        "Nothing is to be done by whoever expected it",
        ["mail/test_notices.py::test_ml_01_every_change_is_told_once_to_the_stored_address"],
    ),
    "10": (
        "Whoever did not is told whom to contact at once, and can stop it",
        [
            "mail/test_notices.py::test_ml_01_every_change_is_told_once_to_the_stored_address",
            f"{NOTICE}::test_pressing_the_button_freezes_and_the_mailbox_gives_the_account_back",
        ],
    ),
    "12a": (
        "An unexpected one means a compromised account: what happened to it is to be seen",
        [
            "steps/test_admin_user.py::test_live_sessions_attempts_events_and_mails",
            "steps/test_admin_events.py::test_every_administrative_action_is_there_with_its_actor",
        ],
    ),
    "12b": (
        "The account is protected at once, by all the functions together",
        [
            "steps/test_admin_contain.py::test_ad_03_every_measure_at_once_and_the_trail_shows_before_and_after",
            f"{USER}::test_containment_is_as_the_page_proposes_it",
            "docs/test_containment.py::test_it_takes_five_minutes_and_one_page",
        ],
    ),
    "14": (
        "There is a console, for administrators alone",
        [
            "console/test_every_operation.py::test_ad_01_program_gets_exactly_what_it_may",
        ],
    ),
    "15": (
        "The user's page is found by way of directories, domains and the domain",
        [
            f"{USER}::test_password_is_set_by_way_of_directories_domains_user",
            "steps/test_admin_users.py::test_users_of_a_domain_page_by_page_with_search",
        ],
    ),
    "16a": (
        "An administrator sets a new password there",
        [
            "steps/test_admin_password.py::test_se_06_se_07_typed_password_ends_every_session_at_the_next_request",
            "steps/test_admin_password.py::test_tp_06_made_password_is_mailed_and_the_old_one_is_void_at_once",
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
        [f"{USER}::test_password_is_set_by_way_of_directories_domains_user"],
    ),
    "19": (
        "It revokes every session of the user",
        [
            "steps/test_admin_password.py::test_se_06_se_07_typed_password_ends_every_session_at_the_next_request",
        ],
    ),
    "21": (
        "Disabling is for administrators, too",
        [
            "console/test_every_operation.py::test_ad_01_program_gets_exactly_what_it_may",
        ],
    ),
    "22": (
        "It is on the same page of the user",
        ["web/test_console_pages.py::test_every_action_on_a_user_is_on_the_users_page"],
    ),
    "23": (
        "An account can be disabled",
        [f"{USER}::test_disable_asks_for_a_tick_and_says_what_was_done"],
    ),
    "24": (
        "Saving applies it and leads back",
        [f"{USER}::test_disable_asks_for_a_tick_and_says_what_was_done"],
    ),
    "26": (
        "Nobody gets into it from then on, until it is enabled again",
        [
            "steps/test_admin_status.py::test_ad_04_disabled_account_is_shut_at_once_in_every_state",
            "steps/test_admin_status.py::test_ad_04_enabling_revives_nothing",
        ],
    ),
    "28": (
        "With 2-step a logon takes the password and a one-time code",
        [
            "steps/test_logon_code.py::test_tf_02_code_is_accepted_once_and_none_before_it",
            "steps/test_admin_two_step.py::test_tf_07_required_counts_at_the_next_request_and_cannot_be_skipped",
        ],
    ),
    "30a": (
        "Every attempt to authenticate is judged by its source address, at several levels",
        [
            "steps/test_admin_ip_ranges.py::test_account_s_own_ranges_go_before_its_domain_s",
            f"{RANGES}::test_portal_ranges_refuse_everybody_outside_before_anything_else",
            "steps/test_admin_ip_ranges.py::test_portal_s_ranges_gate_everything_and_the_console_s_the_console",
        ],
    ),
    "30b": (
        "Only addresses an administrator has listed get in",
        [
            "steps/test_admin_ip_ranges.py::test_se_12_live_session_is_judged_at_its_next_request",
            "steps/test_admin_ip_ranges.py::test_unset_is_everybody_and_empty_is_nobody",
        ],
    ),
    "30c": (
        "All others are blocked",
        [
            "steps/test_admin_ip_ranges.py::test_ip_08_right_password_outside_is_the_one_refusal_and_does_not_count",
            f"{RANGES}::test_ip_01_no_header_moves_a_request_inside",
        ],
    ),
    "32a": (
        "Directories and other applications are told, to reset their own passwords",
        [
            "steps/test_publish_event.py::test_event_of_a_containment_leaves_the_stream_and_waits_for_the_bus",
            "steps/test_publish_event.py::test_each_change_is_told_by_its_name_and_nothing_else_is",
        ],
    ),
    "32b": (
        "Other systems may be touched: the page and the mail say so",
        [
            f"{WORDS}::test_containment_reminds_of_other_systems",
            "docs/test_events.py::test_every_kind_is_there_with_its_version_its_sentence_and_its_details",
        ],
    ),
}
