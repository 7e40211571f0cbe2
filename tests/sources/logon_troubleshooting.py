"""The guide to logon troubles, sentence by sentence: what it says that the system does, and the tests that show it."""

from __future__ import annotations

LOGON, FORGOT, FIRST = "journeys/test_logon.py", "journeys/test_forgot.py", "journeys/test_first_time.py"
WORDS = "sources/test_words.py"

# paragraph and sentence: (what it says the system does, the tests that show it)
SAID: dict[str, tuple[str, list[str]]] = {
    "5": (
        "People receive a secure message and read it in the portal, customers and others alike",
        [
            f"{FIRST}::test_newcomer_reads_the_message_in_a_browser_without_scripts",
            f"{FIRST}::test_newcomer_reads_the_message_as_a_client",
        ],
    ),
    "6": (
        "Every refused logon says this one sentence",
        [
            f"{LOGON}::test_refusal_gives_the_support_desk_what_it_asks_for",
            "steps/test_logon.py::test_en_01_every_refused_account_gets_the_same_answer",
        ],
    ),
    "7a": (
        "Nobody gets in without a logon and a password",
        [
            "console/test_every_operation.py::test_ad_01_program_gets_exactly_what_it_may",
            "steps/test_authorizer.py::test_browser_is_redirected_where_a_client_is_refused",
        ],
    ),
    "7b": (
        "The logon is the email address",
        [
            f"{LOGON}::test_logon_leads_to_the_messages_and_shows_the_last_logon",
        ],
    ),
    "8a": (
        "The first password is a temporary one, sent by mail",
        [
            f"{FIRST}::test_newcomer_reads_the_message_in_a_browser_without_scripts",
            "steps/test_admin_messages.py::test_unknown_recipient_is_invited_in_a_mail_of_its_own",
        ],
    ),
    "8b": (
        "It opens a logon and must be changed there",
        [
            "steps/test_password_change.py::test_tp_03_temporary_password_opens_only_the_change_page",
            "steps/test_password_change.py::test_tp_02_temporary_password_is_burned_by_its_first_use",
        ],
    ),
    "9": (
        "From then on the password chosen after it is the one that works",
        [
            f"{FIRST}::test_newcomer_reads_the_message_as_a_client",
            "steps/test_password_change.py::test_tp_04_change_gives_a_new_session_and_ends_all_others",
        ],
    ),
    "10": (
        "A message is read by its recipient and by nobody else",
        [
            "steps/test_admin_messages.py::test_ad_02_nobody_else_ever_reads_it",
            "steps/test_messages.py::test_ad_02_other_peoples_expired_recalled_and_none_are_the_same",
            f"{WORDS}::test_sole_use_is_said_on_the_help_page",
        ],
    ),
    "12": (
        "A customer is told what to try before the administrator",
        [f"{WORDS}::test_customers_are_told_what_to_try_before_their_administrator"],
    ),
    "13": (
        "The link in the message leads to the right URL",
        [
            f"{FIRST}::test_newcomer_reads_the_message_in_a_browser_without_scripts",
            "steps/test_password_forgot.py::test_rs_05_links_come_from_the_settings",
            "mail/test_outgoing.py::test_every_link_leads_to_the_portal_and_stands_alone",
        ],
    ),
    "14": (
        "Only the primary address logs on; another name of the mailbox is refused, and the reason is found",
        [
            "steps/test_logon.py::test_en_01_every_refused_account_gets_the_same_answer",
            "steps/test_password_forgot.py::test_asking_under_an_alias_mails_the_primary",
        ],
    ),
    "15": (
        "There is a list of supported browsers, and everybody can compare their own with it",
        [
            "steps/test_help.py::test_reader_learns_whether_the_browser_is_supported",
            f"{WORDS}::test_supported_browsers_are_listed_and_linked",
        ],
    ),
    "16": (
        "What the support desk asks for is at hand on the page that refuses",
        [
            f"{LOGON}::test_refusal_gives_the_support_desk_what_it_asks_for",
            "web/test_pages.py::test_logon_refusal_says_the_sentence_and_what_support_asks_for",
            "steps/test_admin_attempts.py::test_reference_is_found_as_it_is_read_out",
        ],
    ),
    **{
        paragraph: (
            f"The attempt is recorded with {what}, and the desk finds it by its reference",
            [
                "steps/test_admin_attempts.py::test_reference_is_found_as_it_is_read_out",
                "steps/test_admin_attempts.py::test_row_has_every_fact_of_the_contract",
            ],
        )
        for paragraph, what in {
            "17": "date and time",
            "18": "its URL",
            "19": "browser and version",
            "20": "the address typed",
        }.items()
    },
    "22": (
        "Everybody else is told what to do, in this order",
        [f"{WORDS}::test_others_are_told_what_to_do_in_this_order"],
    ),
    "23": (
        "First: the link in the message, which leads to the right URL",
        [
            f"{WORDS}::test_others_are_told_what_to_do_in_this_order",
            "steps/test_admin_messages.py::test_unknown_recipient_is_invited_in_a_mail_of_its_own",
        ],
    ),
    "24": (
        "Second: a supported browser",
        [
            f"{WORDS}::test_others_are_told_what_to_do_in_this_order",
            f"{WORDS}::test_supported_browsers_are_listed_and_linked",
        ],
    ),
    "25": (
        "Third: the sender of the message",
        [f"{WORDS}::test_others_are_told_what_to_do_in_this_order"],
    ),
    "27a": (
        "A reset link works once",
        [
            "steps/test_password_reset.py::test_rs_02_link_is_used_once_and_the_first_password_stays",
            "steps/test_password_reset.py::test_rs_03_get_and_head_spend_and_change_nothing",
        ],
    ),
    "27b": (
        "Whoever did not succeed asks for a new link",
        [
            f"{FORGOT}::test_used_link_offers_a_new_one_by_one_button",
            "steps/test_password_forgot.py::test_tp_07_asking_again_voids_nothing_and_success_voids_all",
        ],
    ),
    "28": (
        "A forgotten password is reset without anybody's help",
        [
            f"{FORGOT}::test_forgotten_password_in_a_browser_by_temporary_password",
            f"{FORGOT}::test_forgotten_password_in_a_browser_by_link",
        ],
    ),
    "29": (
        "It begins at the logon page, with the logon",
        [
            f"{WORDS}::test_forgotten_password_has_the_guides_words",
            f"{FORGOT}::test_forgotten_password_in_a_browser_by_temporary_password",
        ],
    ),
    "30": (
        "The logon page links to the forgotten password",
        [f"{WORDS}::test_forgotten_password_has_the_guides_words"],
    ),
    "31a": (
        "One button asks for it",
        [f"{WORDS}::test_forgotten_password_has_the_guides_words"],
    ),
    "31b": (
        "A mail with a temporary password goes to the address",
        [
            "steps/test_password_forgot.py::test_mail_carries_a_temporary_password_and_a_link",
            "steps/test_password_forgot.py::test_rs_06_mail_goes_to_the_stored_address_only",
        ],
    ),
    "32": (
        "The page offers the way back to the logon page",
        [f"{FORGOT}::test_forgotten_password_in_a_browser_by_temporary_password"],
    ),
    "33": (
        "The temporary password logs on, and a new password is asked for",
        [
            f"{FORGOT}::test_forgotten_password_in_a_browser_by_temporary_password",
            "steps/test_password_change.py::test_tp_02_temporary_password_is_burned_by_its_first_use",
        ],
    ),
    "34a": (
        "The new password is entered, confirmed, and must meet the criteria",
        [
            f"{FORGOT}::test_forgotten_password_in_a_browser_by_link",
            "steps/test_password_change.py::test_pw_06_common_and_personal_passwords_are_refused_with_the_reason",
        ],
    ),
    "34b": (
        "The criteria stand below the password fields",
        [f"{WORDS}::test_criteria_stand_below_the_fields_with_tick_or_cross"],
    ),
    "35": (
        "One that is met has a green tick",
        [f"{WORDS}::test_criteria_stand_below_the_fields_with_tick_or_cross"],
    ),
    "36": (
        "One that is not met has a red cross, and has to be corrected on the same form",
        [
            f"{WORDS}::test_criteria_stand_below_the_fields_with_tick_or_cross",
            "steps/test_password_reset.py::test_rs_12_refused_password_leaves_the_link_unspent",
        ],
    ),
    "37": (
        "Confirm sets it and opens the portal",
        [
            f"{FORGOT}::test_forgotten_password_in_a_browser_by_temporary_password",
            f"{WORDS}::test_criteria_stand_below_the_fields_with_tick_or_cross",
        ],
    ),
}
