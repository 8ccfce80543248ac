"""All actions, registered with rasa-sdk's executor."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from rasa_sdk.executor import ActionExecutor

from actions.answer import ActionAnswer
from actions.care import ActionCare, ActionStay
from actions.feedback import ActionComplain, ActionRateDown, ActionRateUp
from actions.finding import Desk
from actions.forms import ActionResume
from actions.handover import ActionTalkToHuman
from actions.interests import ActionInterests
from actions.office import Office
from actions.personal_data import ActionDeleteMyData, ActionExplainPrivacy, ActionExportMyData
from actions.quiz import ActionAskQuizAnswer, ActionQuizResult, ValidateQuizForm
from actions.recall import ActionAffirm, ActionGoBack, ActionRepeat, ActionShowSource
from actions.records import Records
from actions.routes import ActionRouteResult, ValidateRouteForm
from actions.support_form import ValidateSupportForm
from actions.support_result import ActionInform, ActionSupportResult


def executor(
    desk: Desk,
    records: Records,
    *,
    now: Callable[[], datetime],
    data_link: Callable[[str], str],
    retention_days: int,
) -> ActionExecutor:
    """Returns an executor of every custom action that `bot/domain` names.

    Args:
        desk: the knowledge.
        records: what is kept of conversations.
        now: tells the local time, for the opening hours.
        data_link: makes the link that downloads what is kept of a conversation.
        retention_days: how long it is kept.
    """
    registered = ActionExecutor()
    for looking_up in (ActionAnswer, ActionShowSource, ActionRepeat, ActionGoBack, ActionAffirm, ActionStay):
        registered.register_action(looking_up(desk))
    for rating in (ActionRateUp, ActionRateDown, ActionComplain):
        registered.register_action(rating(records.feedback))
    for action in (
        ActionCare(desk, records.tickets),
        ActionTalkToHuman(records.tickets, Office.load(), now),
        ActionDeleteMyData(records),
        ActionExportMyData(data_link),
        ActionExplainPrivacy(retention_days),
        ActionResume(),
        ValidateSupportForm(desk),
        ActionSupportResult(desk),
        ActionInform(desk),
        ValidateQuizForm(),
        ActionAskQuizAnswer(),
        ActionQuizResult(desk),
        ActionInterests(desk),
        ValidateRouteForm(),
        ActionRouteResult(desk),
    ):
        registered.register_action(action)
    return registered
