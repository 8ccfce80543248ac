"""What a user is met with who opens a talk on a messenger: a site's own greeting, or the common one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from actions.records import Records
from connectors.messages import QuickReply, ReplyMessage
from connectors.sentences import Sentences
from connectors.sites import Site


@dataclass(frozen=True)
class Greetings:
    """Greetings by site; `sites_of` names the site of an account, by channel and account."""

    records: Records
    sentences: Sentences
    retention_days: int
    sites_of: Mapping[tuple[str, str], str]

    def message(self, channel: str, account: str, asked: str) -> ReplyMessage:
        """Returns the greeting; `asked` is what the link that the user followed names, perhaps a site."""
        common = self.sentences.message("utter_welcome")
        text = common.text.format(days=self.retention_days)
        site = self._site(asked) or self._site(self.sites_of.get((channel, account), ""))
        if site is None:
            return common.model_copy(update={"text": text})
        replies = [QuickReply(title=question, payload=question) for question in site.questions]
        return common.model_copy(
            update={
                "text": f"{site.greeting}\n\n{text}" if site.greeting else text,
                "quick_replies": replies or common.quick_replies,
            }
        )

    def _site(self, key: str) -> Site | None:
        return Site.find(self.records.sites, key) if key else None
