"""What docs/faults.md is made of: the tests that break a dependency, what each shows, and why a cell has none."""
# ruff: noqa: E501 - names of tests, and sentences of a page

from __future__ import annotations

from typing import NamedTuple

from tests.faults.breaking import Fault

COLUMNS = (
    "slow",
    "throttled",
    "error",
    "reset before",
    "reset after",
    "lost answer",
    "duplicate",
    "late",
    "poison",
    "restored",
)
OF_FAULT: dict[Fault, tuple[str, ...]] = {
    Fault.THROTTLED: ("throttled",),
    Fault.THROTTLED_KEY: ("throttled",),
    Fault.SERVER_ERROR: ("error",),
    Fault.CONFLICT: ("error",),
    Fault.TIMEOUT: ("reset before",),
    Fault.TIMEOUT_ONCE: ("reset before",),
    Fault.KILLED_BEFORE: ("reset before",),
    Fault.KILLED_AFTER: ("reset after",),
    Fault.LOST: ("lost answer",),
    Fault.LOST_ONCE: ("lost answer", "duplicate"),  # botocore sends the same call again
}

# Each flow with the operation that it breaks; the functions behind streams, queues and schedules by their name.
FLOWS = {
    "logon": "POST /logon",
    "wrong_logon": "POST /logon",
    "temporary_logon": "POST /logon",
    "change": "POST /password/change",
    "forced_change": "POST /password/change",
    "reset": "POST /password/reset",
    "forgot": "POST /password/forgot",
    "not_me": "POST /not-me",
    "proof": "POST /address",
    "code": "POST /logon/code",
    "recovery_code": "POST /logon/code",
    "reading": "GET /messages/{id}",
    "reply": "POST /messages/{id}/reply",
    "logoff": "POST /logoff",
    "preferences": "POST /account/preferences",
    "propose": "POST /account/two-step",
    "enrol": "POST /account/two-step/confirm",
    "begin_move": "POST /account/two-step/move",
    "move": "POST /account/two-step/confirm",
    "remove": "POST /account/two-step/remove",
    "renew": "POST /account/two-step/recovery-codes",
    "reauthenticate": "POST /reauthenticate",
    "reauthenticate_by_code": "POST /reauthenticate",
    "revoke": "POST /account/sessions/revoke",
    "console: password": "POST /admin/users/{email}/password",
    "console: force-change": "POST /admin/users/{email}/force-change",
    "console: sessions/revoke": "POST /admin/users/{email}/sessions/revoke",
    "console: disable": "POST /admin/users/{email}/disable",
    "console: unlock": "POST /admin/users/{email}/unlock",
    "console: two-step": "POST /admin/users/{email}/two-step",
    "console: two-step/reset": "POST /admin/users/{email}/two-step/reset",
    "console: ip-ranges": "POST /admin/users/{email}/ip-ranges",
    "console: contain": "POST /admin/users/{email}/contain",
    "console: deliverable": "POST /admin/users/{email}/deliverable",
    "console: erase": "POST /admin/users/{email}/erase",
    "console: address": "POST /admin/users/{email}/address",
    "console: domain": "POST /admin/domains",
    "console: domain's ranges": "POST /admin/domains/{domain}/ip-ranges",
    "console: brand": "POST /admin/domains/{domain}/brand",
    "console: invitation": "POST /admin/users",
    "console: several": "POST /admin/users/import",
    "console: invited again": "POST /admin/users/{email}/invite",
    "console: withdrawal": "POST /admin/users/{email}/withdraw",
    "console: kind": "POST /admin/users/{email}/kind",
    "console: message": "POST /admin/messages",
    "console: recall": "POST /admin/messages/{id}/recall",
    "console: service": "POST /admin/services",
    "console: service's key": "POST /admin/services/{id}/rotate",
    "console: service's end": "POST /admin/services/{id}/revoke",
    "console: service's message": "POST /service/messages",
    "console: service's recall": "POST /service/messages/{id}/recall",
    "send_mail": "the events stream",
    "put aside": "the events stream",
    "resume_mail": "every minute",
    "sweep_mail": "every hour",
    "record_delivery": "SNS",
    "publish_event": "the events stream",
    "resume_events": "every minute",
    "copy_trail": "the events stream",
    "seal_trail": "every hour",
    "erase_accounts": "every five minutes",
}
NO_SCENE = {
    "POST /account/erasure": "one event under a key made of account and day: the conditional put of a reading, which every page of the console makes",
    "POST /password/criteria": "writes nothing: what breaks is an answer that the form does without",
    "POST /admin/users/{email}/enable": "the same act as `console: disable`, with the other status",
    "POST /admin/ip-ranges": "the ranges of the portal or of its console: a row of rules, written by the act of `console: domain's ranges`",
    "POST /admin/ip-ranges/dry-run": "reads only",
    "POST /admin/users/{email}/ip-ranges/dry-run": "reads only",
    "POST /admin/domains/{domain}/ip-ranges/dry-run": "reads only",
}


class Proof(NamedTuple):
    """A test. Faults and flows are those of its own parameters, unless they are said here."""

    dependency: str
    test: str
    flows: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    engine: str = ""

    @property
    def file(self) -> str:
        return self.test.partition("::")[0]

    @property
    def name(self) -> str:
        return self.test.partition("::")[2]


STORE, SES, BUS, SECRETS = "DynamoDB", "SES", "EventBridge", "Secrets Manager"
STREAM, SNS, BROWSER, CLOCK = "the events stream", "SNS", "the person's connection", "the clock"
BUCKET = "the bucket of the copy"
MAILS = ("send_mail", "put aside", "resume_mail", "sweep_mail")
PASSWORDS = ("change", "forced_change", "reset")
CODES = ("code", "recovery_code", "renew", "remove", "reauthenticate_by_code")
TRAIL = ("copy_trail", "seal_trail")
_F, _S = "tests/faults/test_", "tests/steps/test_"

PROOFS = (
    Proof(STORE, f"{_F}sweep.py::test_rl_02_whatever_call_breaks_the_invariants_hold_and_the_person_gets_on"),
    Proof(STORE, f"{_F}sweep.py::test_i8_with_the_whole_store_out_everybody_is_told_to_come_back_and_nobody_is_let_in"),
    Proof(STORE, f"{_F}throttles.py::test_rl_08_whatever_call_is_throttled_twice_the_person_is_answered_as_ever"),
    Proof(STORE, f"{_F}retries.py::test_rl_03_a_conflict_twice_and_then_none_is_one_success", faults=("error",)),
    Proof(STORE, f"{_F}console.py::test_action_that_breaks_is_done_or_not_and_repeating_it_finishes"),
    Proof(STORE, f"{_F}given_back.py::test_lg_19_while_transactions_fail_the_right_one_is_told_to_come_back_and_never_counted",
          ("logon", "temporary_logon", "code", "recovery_code", "reauthenticate", "reauthenticate_by_code", "change", "renew", "remove")),
    Proof(STORE, f"{_F}worker.py::test_rl_06_whatever_call_breaks_the_mail_goes_out_with_a_link_that_works", ("send_mail",)),
    Proof(STORE, f"{_F}worker.py::test_rl_16_an_account_whose_partition_is_throttled_holds_up_nobody", ("put aside",)),
    Proof(STORE, f"{_F}waiting.py::test_rl_16_whatever_call_breaks_while_it_is_put_aside_the_mail_goes_out_later", ("put aside",)),
    Proof(STORE, f"{_F}waiting.py::test_rl_06_whatever_call_of_the_minute_s_run_breaks_the_next_one_sends_what_waits", ("resume_mail",)),
    Proof(STORE, f"{_F}waiting.py::test_rl_06_whatever_call_of_the_sweep_breaks_the_next_one_sends_what_the_stream_has_lost", ("sweep_mail",)),
    Proof(STORE, f"{_F}waiting.py::test_ml_05_whatever_call_breaks_while_a_bounce_is_recorded_it_is_recorded_once", ("record_delivery",)),
    Proof(STORE, f"{_F}bus.py::test_rl_16_whatever_call_breaks_while_an_event_is_told_or_put_aside_it_is_out_within_minutes", ("publish_event",)),
    Proof(STORE, "tests/infra/test_erased.py::test_tr_18_a_run_that_dies_at_any_write_is_ended_by_the_next", ("erase_accounts",), ("throttled", "error", "reset before", "reset after", "lost answer"), "m"),
    Proof(STORE, f"{_S}erase_accounts.py::test_rl_04_of_two_runs_at_once_the_second_finds_nothing", ("erase_accounts",), ("duplicate",), "w"),
    Proof(STORE, f"{_F}bus.py::test_rl_06_whatever_call_of_the_minute_s_run_breaks_the_next_one_tells_what_waits", ("resume_events",)),
    Proof(STORE, f"{_F}copy.py::test_rl_06_whatever_call_to_the_table_breaks_each_event_is_copied_once_as_it_is", ("copy_trail",)),
    Proof(STORE, f"{_F}deadline.py::test_rl_01_logon_over_a_late_store_ends_before_lambda_ends_it", ("logon",), ("slow",)),
    Proof(STORE, f"{_F}deadline.py::test_rl_01_authorizer_over_a_late_store_is_a_503_in_time", ("reading",), ("slow",)),
    Proof(STORE, f"{_S}restored.py::test_se_15_restored_account_that_is_contained_revives_no_thief",
          ("reset", "logon", "reading"), ("restored",)),
    Proof(STORE, "tests/infra/test_restore.py::test_rl_15_the_lost_hour_is_over_and_nothing_of_it_lives",
          ("logon", "recovery_code", "reset", "reading", "console: disable", "console: invitation"), ("restored",), "m"),
    Proof(STORE, "tests/infra/test_restore.py::test_rl_13_events_that_are_put_back_are_marked_and_wake_nobody",
          ("send_mail", "publish_event", "sweep_mail"), ("restored",), "m"),
    Proof(SES, f"{_F}worker.py::test_ml_02_an_outage_of_ses_delays_the_mail_and_fails_nobody", ("send_mail", "put aside", "resume_mail"), ("throttled", "reset before")),
    Proof(SES, f"{_F}worker.py::test_ml_11_ses_takes_the_mail_and_its_answer_is_lost", ("send_mail", "resume_mail"), ("lost answer", "duplicate")),
    Proof(SES, f"{_F}worker.py::test_ml_11_the_mail_is_out_and_its_note_cannot_be_written", ("send_mail", "resume_mail"), ("reset after",)),
    Proof(SES, f"{_F}worker.py::test_a_mail_that_ses_refuses_is_noted_and_not_tried_again", ("send_mail",), ("poison",)),
    Proof(SES, f"{_S}send_mail.py::test_rl_16_what_ses_forbids_waits_outside_of_the_stream", ("put aside",), ("error",)),
    Proof(SES, f"{_S}send_mail.py::test_ml_08_what_ses_says_of_the_sender_delays_an_invitation_and_does_not_lose_it", ("send_mail",), ("error",)),
    Proof(SES, "tests/services/test_ses.py::test_rl_01_waiting_is_bounded", ("send_mail",), ("slow",), "w"),
    Proof(SES, f"{_S}resume_mail.py::test_ml_02_an_outage_of_hours_is_over_within_ten_minutes", ("resume_mail",), ("error", "late")),
    Proof(SES, f"{_S}resume_mail.py::test_ml_11_while_ses_is_silent_one_mail_is_the_probe_and_no_other_loses_its_second_try", ("resume_mail",), ("slow", "lost answer")),
    Proof(SES, f"{_S}resume_mail.py::test_rl_16_recipients_whom_the_sandbox_forbids_hold_up_no_other", ("resume_mail",), ("poison",)),
    Proof(SES, f"{_S}sweep_mail.py::test_while_mail_is_down_the_rest_waits_and_a_later_day_brings_it", ("sweep_mail",), ("error", "late")),
    Proof(SES, f"{_S}sweep_mail.py::test_rl_06_recipients_whom_the_sandbox_forbids_hold_up_no_other", ("sweep_mail",), ("poison",)),
    Proof(SES, f"{_S}sweep_mail.py::test_ml_02_an_invitation_sent_twice_in_a_sweep_is_the_same_mail", ("sweep_mail",), ("duplicate", "reset after")),
    Proof(BUS, f"{_S}publish_event.py::test_event_of_a_containment_leaves_the_stream_and_waits_for_the_bus", ("publish_event",), ("reset before", "error", "throttled", "lost answer"), "w"),
    Proof(BUS, f"{_S}publish_event.py::test_each_entry_has_its_own_answer", ("publish_event",), ("throttled",), "w"),
    Proof(BUS, f"{_S}publish_event.py::test_a_call_that_is_refused_for_one_of_its_entries_costs_the_others_nothing", ("publish_event",), ("poison",), "w"),
    Proof(BUS, f"{_S}resume_events.py::test_what_the_bus_did_not_take_comes_once_it_is_back", ("resume_events",), ("reset before", "error", "throttled", "lost answer"), "w"),
    Proof(BUS, f"{_S}resume_events.py::test_event_whose_mark_could_not_be_left_is_told_again_under_its_id", ("resume_events",), ("reset after", "duplicate"), "w"),
    Proof(BUS, f"{_S}resume_events.py::test_an_outage_of_a_day_is_over_ten_minutes_after_it", ("resume_events",), ("late",), "w"),
    Proof(BUS, f"{_S}resume_events.py::test_rl_16_events_that_the_bus_will_never_take_hold_up_no_other", ("resume_events",), ("poison",), "w"),
    Proof(BUS, f"{_S}resume_events.py::test_a_run_ends_before_the_next_one_begins", ("resume_events",), ("slow",), "w"),
    Proof(BUS, f"{_S}publish_event.py::test_repetition_carries_the_same_id", ("publish_event",), ("duplicate", "lost answer", "reset after"), "w"),
    Proof(BUS, "tests/services/test_event_bus.py::test_bus_that_is_away_delays_no_mail", ("send_mail",), ("reset before",), "m"),
    Proof(BUCKET, f"{_F}copy.py::test_rl_06_whatever_call_to_the_bucket_breaks_each_event_is_copied_once_as_it_is", ("copy_trail",), engine="b"),
    Proof(BUCKET, f"{_F}copy.py::test_rl_06_whatever_call_of_the_sealing_breaks_the_next_run_makes_the_seals_of_a_whole_one", ("seal_trail",), engine="b"),
    Proof(BUCKET, f"{_S}copy_trail.py::test_tr_12_bucket_that_is_away_delays_and_loses_nothing", ("copy_trail",), ("late",), "b"),
    Proof(BUCKET, f"{_S}seal_trail.py::test_tr_13_runs_that_were_missed_are_made_up_for_day_by_day", ("seal_trail",), ("late",), "b"),
    Proof(BUCKET, f"{_S}seal_trail.py::test_tr_13_copy_of_before_the_first_day_gets_no_seal_behind_the_others", ("seal_trail",), ("poison",), "b"),
    Proof(SECRETS, "tests/test_wiring.py::test_lo_10_logon_starts_while_the_secrets_are_away_and_goes_on_once_they_are_back",
          ("logon",), ("error", "throttled", "reset before", "lost answer"), "o"),
    Proof(SECRETS, "tests/domain/test_held_keys.py::test_lo_10_store_that_hangs_is_waited_for_once_in_a_while_and_not_by_everybody", ("logon",), ("slow",)),
    Proof(SECRETS, "tests/domain/test_held_keys.py::test_lo_10_container_does_not_start_on_what_only_somebody_can_mend", ("logon",), ("poison",)),
    Proof(SECRETS, f"{_F}rotation.py::test_lo_09_hurried_rotation_under_load_lets_some_wait_for_seconds_and_refuses_nobody",
          ("logon", "code", "change", "reset", "enrol", "reading"), ("late",), "o"),
    Proof(SECRETS, "tests/runtime/test_snapshot.py::test_restored_container_has_the_keys_of_now_and_new_connections", ("send_mail",), ("restored",), "w"),
    Proof(SECRETS, f"{_F}worker.py::test_ml_11_second_copy_carries_the_same_link_across_a_rotation", ("send_mail",), ("late",)),
    Proof(STREAM, f"{_F}worker.py::test_rl_06_a_batch_that_comes_three_times_sends_each_mail_once", ("send_mail",), ("duplicate",)),
    Proof(STREAM, f"{_F}worker.py::test_ml_11_two_runs_at_once_make_one", ("send_mail",), ("duplicate",)),
    Proof(STREAM, f"{_F}worker.py::test_rl_16_a_poison_record_holds_up_nobody", ("send_mail",), ("poison",)),
    Proof(STREAM, f"{_S}send_mail.py::test_rl_16_unreadable_record_is_put_aside_at_once_and_holds_up_nobody", ("put aside",), ("poison",)),
    Proof(STREAM, f"{_S}send_mail.py::test_rl_16_unreadable_record_is_worked_through_by_the_first_version_that_can_read_it", ("resume_mail",), ("poison",)),
    Proof(STREAM, f"{_F}waiting.py::test_rl_16_what_waits_is_taken_up_once_by_many_runs", ("put aside", "resume_mail"), ("duplicate",)),
    Proof(STREAM, f"{_S}skewed_clocks.py::test_rl_07_what_a_mail_carries_is_counted_from_its_event_and_not_by_the_workers_clock", ("send_mail",), ("late",)),
    Proof(STREAM, f"{_S}resume_mail.py::test_rs_09_a_way_in_that_waited_until_it_was_over_is_withheld", ("put aside", "resume_mail"), ("late",)),
    Proof(STREAM, f"{_S}sweep_mail.py::test_a_notice_that_an_outage_kept_back_comes_a_day_later_and_once", ("sweep_mail",), ("late", "reset before")),
    Proof(STREAM, f"{_S}sweep_mail.py::test_rl_06_one_that_nobody_foresaw_holds_up_no_other", ("sweep_mail",), ("poison",)),
    Proof(STREAM, f"{_S}publish_event.py::test_rl_16_poison_record_holds_up_nobody", ("publish_event",), ("poison",), "w"),
    Proof(STREAM, f"{_S}publish_event.py::test_repetition_carries_the_same_id", ("publish_event",), ("duplicate",), "w"),
    Proof(STREAM, f"{_F}bus.py::test_rl_06_two_runs_of_a_batch_leave_one_mark", ("resume_events",), ("duplicate",)),
    Proof(STREAM, f"{_S}resume_events.py::test_what_cannot_be_read_waits_on_and_rings", ("resume_events",), ("poison",), "w"),
    Proof(STREAM, f"{_S}resume_events.py::test_an_outage_of_a_day_is_over_ten_minutes_after_it", ("resume_events",), ("late",), "w"),
    Proof(STREAM, "tests/infra/test_event_source.py::test_reading_goes_on_behind_the_last_delivered_record_after_the_stream_was_away",
          ("send_mail", "publish_event"), ("reset before", "error"), "m"),
    Proof(STREAM, "tests/infra/test_restore.py::test_rl_13_events_that_are_put_back_are_marked_and_wake_nobody",
          ("send_mail", "publish_event"), ("restored",), "m"),
    Proof(STREAM, f"{_S}copy_trail.py::test_tr_12_each_event_is_copied_as_it_is_and_once", ("copy_trail",), ("duplicate",), "b"),
    Proof(STREAM, f"{_S}copy_trail.py::test_tr_13_old_record_that_was_kept_comes_into_no_day", ("copy_trail",), ("late",), "b"),
    Proof(STREAM, f"{_S}copy_trail.py::test_tr_13_what_is_no_record_holds_up_no_other", ("copy_trail",), ("poison",), "b"),
    Proof(STREAM, f"{_S}copy_trail.py::test_tr_13_made_up_record_is_copied_beside_the_true_one_and_told_of", ("copy_trail",), ("poison",), "b"),
    Proof(STREAM, f"{_S}copy_trail.py::test_tr_12_every_new_row_wakes_it_and_no_other_record", ("copy_trail",), ("restored",)),
    Proof(SNS, f"{_S}record_delivery.py::test_ml_05_any_order_and_any_number_of_times_comes_to_the_same", ("record_delivery",), ("duplicate", "late")),
    Proof(SNS, f"{_S}record_delivery.py::test_news_that_overtakes_the_note_waits_for_it", ("record_delivery",), ("slow",)),
    Proof(SNS, f"{_S}record_delivery.py::test_unreadable_notification_is_logged_and_holds_nobody_up", ("record_delivery",), ("poison",)),
    Proof(BROWSER, f"{_S}logon_sent_twice.py::test_wb_20_a_logon_sent_twice_is_one_session_and_one_event", ("logon",), ("duplicate", "lost answer")),
    Proof(BROWSER, f"{_S}logon_sent_twice.py::test_wb_20_a_temporary_password_sent_twice_lets_its_owner_in", ("temporary_logon",), ("duplicate", "lost answer")),
    Proof(BROWSER, f"{_S}sent_twice.py::test_wb_20_a_code_sent_twice_logs_on_once", ("code",), ("duplicate", "lost answer")),
    Proof(BROWSER, f"{_S}sent_twice.py::test_wb_20_a_recovery_code_sent_twice_is_one_code", ("recovery_code",), ("duplicate", "lost answer")),
    Proof(BROWSER, f"{_S}sent_twice.py::test_wb_20_a_first_password_sent_twice_is_set_once", ("forced_change",), ("duplicate", "lost answer")),
    Proof(BROWSER, f"{_S}sent_twice.py::test_wb_20_a_change_by_own_wish_sent_twice_says_that_it_is_done", ("change",), ("duplicate", "lost answer")),
    Proof(BROWSER, f"{_S}sent_twice.py::test_wb_20_turning_two_step_on_twice_shows_the_recovery_codes_that_count", ("enrol",), ("duplicate", "lost answer")),
    Proof(BROWSER, f"{_S}sent_twice.py::test_wb_20_a_key_asked_for_twice_is_the_one_whose_code_fits", ("propose",), ("duplicate", "lost answer")),
    Proof(BROWSER, f"{_S}sent_twice.py::test_wb_20_a_move_to_another_phone_begun_twice_spends_one_code", ("begin_move",), ("duplicate", "lost answer")),
    Proof(BROWSER, f"{_S}sent_twice.py::test_wb_20_new_recovery_codes_asked_for_twice_are_made_once", ("renew",), ("duplicate", "lost answer")),
    Proof(BROWSER, f"{_S}sent_twice.py::test_wb_20_two_step_turned_off_twice_is_off", ("remove",), ("duplicate", "lost answer")),
    Proof(BROWSER, f"{_S}sent_twice.py::test_wb_20_a_password_typed_again_twice_confirms", ("reauthenticate", "reauthenticate_by_code"), ("duplicate", "lost answer")),
    Proof(BROWSER, f"{_S}sent_twice.py::test_wb_20_logging_off_twice_is_logged_off", ("logoff",), ("duplicate", "lost answer")),
    Proof(BROWSER, f"{_S}sent_twice.py::test_wb_20_ending_the_others_twice_ends_them_once", ("revoke",), ("duplicate", "lost answer")),
    Proof(BROWSER, f"{_S}links_sent_twice.py::test_wb_20_a_reset_sent_twice_says_that_the_password_is_set", ("reset",), ("duplicate", "lost answer")),
    Proof(BROWSER, f"{_S}links_sent_twice.py::test_wb_20_not_me_pressed_twice_says_that_the_account_is_frozen", ("not_me",), ("duplicate", "lost answer")),
    Proof(BROWSER, f"{_S}address_change.py::test_wb_20_button_pressed_twice_is_answered_twice", ("proof",), ("duplicate", "lost answer")),
    Proof(BROWSER, f"{_S}sent_twice.py::test_wb_20_a_minute_later_it_is_no_repeat_any_more", ("code",), ("late",)),
    Proof(BROWSER, f"{_S}links_sent_twice.py::test_wb_20_a_minute_later_the_link_is_used", ("reset",), ("late",)),
    Proof(CLOCK, f"{_S}skewed_clocks.py::test_rl_07_link_is_over_at_its_moment_whatever_the_clock_of_the_instance", ("reset",), ("slow", "late")),
    Proof(CLOCK, f"{_S}skewed_clocks.py::test_rl_07_code_of_now_is_good_at_each_instance_and_uses_up_its_own_step_alone", ("code",), ("slow", "late")),
    Proof(CLOCK, f"{_S}skewed_clocks.py::test_rl_07_session_is_idle_and_a_lock_over_at_the_same_moment_at_each", ("logon", "reading"), ("slow", "late")),
)  # fmt: skip

ALL = "*"
# Why a cell has no test: of a dependency, these faults, these flows. The first that fits is shown.
REASONS = (
    (STORE, ("slow",), ALL, "each request has one end, set by the doorway for every step alike and held where a call begins (RL-01): shown at logon, which makes most calls, and at the authorizer"),
    (STORE, ("late",), ALL, "a call that is given up is not heard of again: what it does later is `lost answer`"),
    (STORE, ("poison",), ALL, "rows are written by this code alone; `make verify` names one that cannot be read, and an event that cannot be read is the stream's `poison`"),
    (STORE, ("restored",), ALL, "what was opened before a restore is judged by epoch and serial, which never come back (ADR 35), the same for every flow"),
    (SES, ("slow",), ("put aside", "sweep_mail"), "the same call with the same time-out as of `send_mail`"),
    (SES, ("throttled", "reset before", "lost answer"), ("sweep_mail",), "as `resume_mail`: one loop works through what waits (`mail/backlog.py`)"),
    (SES, ("reset after",), ("put aside",), "a mail that is out and has no note is claimed, wherever it waits: shown where it was first sent"),
    (SES, ("lost answer", "duplicate", "late", "poison"), ("put aside",), "putting aside asks SES nothing; what waits is `resume_mail`'s"),
    (SES, ("late",), ("send_mail",), "what SES tells of a mail later comes by SNS"),
    (SES, ("restored",), ALL, "SES keeps nothing of ours"),
    (BUS, ("slow",), ("publish_event",), "nobody waits for it: the mapping tries again, and mails have a mapping of their own"),
    (BUS, ("slow", "throttled", "error", "reset after", "lost answer", "duplicate", "late"), ("send_mail",), "it does not ask the bus: its mapping goes on while the bus is away, which is shown"),
    (BUS, ("late",), ("publish_event",), "what is published carries the time of its event"),
    (BUS, ("poison", "restored"), ALL, "the bus hands nothing back; see the events stream"),
    (BUCKET, ("slow",), ALL, "nobody waits for it: a call ends after three seconds, twice, and mapping or clock ask again"),
    (BUCKET, ("poison",), ("copy_trail",), "it reads nothing there; what is no copy, `make verify` names"),
    (BUCKET, ("restored",), ALL, "nothing there is changed or goes before its time, so nothing is put back (ADR 44)"),
    (SECRETS, ("slow", "throttled", "error", "reset before", "lost answer", "poison", "restored"), ALL, "keys are read at a start and by one holder for every flow (`domain/held_keys.py`): shown at logon"),
    (SECRETS, ("reset after", "duplicate"), ALL, "secrets are read only"),
    (STREAM, ("slow",), ALL, "a record that comes slowly is `late`"),
    (STREAM, ("throttled",), ALL, "Lambda polls the stream, not we: what is throttled there comes `late`"),
    (STREAM, ("error", "reset before"), ALL, "what is put aside, resumed and swept has left the stream"),
    (STREAM, ("reset after", "lost answer"), ALL, "a function that was stopped behind its work is given the record again: `duplicate`, and DynamoDB's `reset after`"),
    (STREAM, ("duplicate",), ("sweep_mail",), "each hour is swept twice on purpose: DynamoDB's row shows it"),
    (STREAM, ("late",), ("publish_event",), "what is published carries the time of its event"),
    (STREAM, ("restored",), ALL, "restored events are marked, and the sweep does not find them: DynamoDB's row"),
    (SNS, ("throttled", "error", "reset before"), ALL, "SNS and Lambda hand it over again, and keep it in a queue of its own with an alarm: `duplicate`, `late`"),
    (SNS, ("reset after", "lost answer"), ALL, "comes again: `duplicate`"),
    (SNS, ("restored",), ALL, "news of a mail whose note is gone are nobody's (ML-07)"),
    (BROWSER, ("slow", "throttled", "error", "reset before"), ALL, "nothing has reached us; the gateway takes a request whole or not at all"),
    (BROWSER, ("reset after",), ALL, "for us the same as `lost answer`: the request was carried out, nobody has read the page"),
    (BROWSER, ("duplicate", "lost answer"), ("wrong_logon",), "a second wrong one counts as the second guess that it may be"),
    (BROWSER, ("duplicate", "lost answer"), ("forgot",), "asked for twice is two mails with a link each, within the limits of RS-13"),
    (BROWSER, ("duplicate", "lost answer"), ("preferences",), "the same choice twice is the same choice"),
    (BROWSER, ("duplicate", "lost answer"), ("reply",), "the row of its form, as of the console's: `tests/steps/test_message_reply.py`"),
    (BROWSER, ("duplicate", "lost answer"), ("reading",), "reads, and notes the first reading once"),
    (BROWSER, ("duplicate", "lost answer"), ("move",), "the answer is kept as of `enrol`, by the same step and route"),
    (BROWSER, ("late",), ALL, "one rule of a minute for every kept answer (ADR 29): shown at a code and at a link"),
    (BROWSER, ("poison",), ALL, "what may come is the contract's; `tests/web` and the sweep of the contract send what may not"),
    (BROWSER, ("restored",), ALL, "a cookie from before a restore is a session of DynamoDB's `restored`"),
    (CLOCK, ("throttled", "error", "reset before", "reset after", "lost answer", "duplicate", "poison", "restored"), ALL, "a clock is asked in our own process and cannot fail so"),
)  # fmt: skip
WEB_FLOWS = tuple(name for name, way in FLOWS.items() if way.startswith(("POST", "GET")))
PEOPLE = tuple(name for name in WEB_FLOWS if not name.startswith("console"))
# The flows that a dependency takes part in.
ROWS = {
    STORE: tuple(name for name in FLOWS if name != "seal_trail"),  # which asks no table
    SES: MAILS,
    BUS: ("publish_event", "resume_events", "send_mail"),
    SECRETS: ("logon", "code", "change", "reset", "enrol", "reading", "send_mail"),
    STREAM: (
        "send_mail",
        "put aside",
        "resume_mail",
        "sweep_mail",
        "publish_event",
        "resume_events",
        "copy_trail",
    ),
    BUCKET: TRAIL,
    SNS: ("record_delivery",),
    BROWSER: PEOPLE,
    CLOCK: ("logon", "code", "reset", "reading"),
}
