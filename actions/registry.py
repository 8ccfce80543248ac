"""All actions, registered with rasa-sdk's executor."""

from __future__ import annotations

from rasa_sdk.executor import ActionExecutor

from actions.answer import ActionAnswer
from actions.finding import Desk
from actions.forget import ActionDeleteMyData
from actions.recall import ActionAffirm, ActionGoBack, ActionRepeat, ActionShowSource


def executor(desk: Desk) -> ActionExecutor:
    """Returns an executor of every custom action that `bot/domain/domain.yml` names."""
    registered = ActionExecutor()
    looking_up = (ActionAnswer, ActionShowSource, ActionRepeat, ActionGoBack, ActionAffirm)
    for action in (*(kind(desk) for kind in looking_up), ActionDeleteMyData()):
        registered.register_action(action)
    return registered
