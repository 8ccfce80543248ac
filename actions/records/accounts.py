"""What is learnt of channels' accounts while they are in use: tokens, encrypted, and the state shown to operators."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from actions.records.cipher import Cipher, opened, sealed
from actions.records.database import insert_into, writing
from actions.records.schema import accounts


class Accounts:
    """Keeps secrets and state of accounts by channel and account."""

    def __init__(self, engine: sa.Engine, now: Callable[[], datetime], cipher: Cipher) -> None:
        self._engine, self._now, self._cipher = engine, now, cipher

    def secrets(self, channel: str, account: str) -> dict[str, Any] | None:
        """Returns an account's secrets; None if there are none, or they were encrypted with another secret."""
        with self._engine.connect() as connection:
            kept = connection.execute(sa.select(accounts.c.secrets).where(_is(channel, account))).scalar()
        return opened(self._cipher, kept)

    def keep_secrets(self, channel: str, account: str, secrets: Mapping[str, Any]) -> None:
        """Replaces an account's secrets."""
        self._put(channel, account, secrets=sealed(self._cipher, secrets))

    def state(self, channel: str, account: str) -> dict[str, Any]:
        """Returns what is known of an account's fate; empty at first."""
        with self._engine.connect() as connection:
            kept = connection.execute(sa.select(accounts.c.state).where(_is(channel, account))).scalar()
        return dict(kept or {})

    def note(self, channel: str, account: str, **changes: Any) -> None:
        """Changes parts of an account's state."""
        self._put(channel, account)
        with writing(self._engine) as connection:
            mine = sa.select(accounts.c.state).where(_is(channel, account)).with_for_update()
            state = {**connection.execute(mine).scalar_one(), **changes}
            connection.execute(sa.update(accounts).where(_is(channel, account)).values(state=state))

    def lease(self, channel: str, account: str, seconds: float) -> bool:
        """Takes an account for so long; False while another has it. `seconds=0` gives it back."""
        now = self._now()
        self._put(channel, account)
        free = sa.or_(
            accounts.c.leased_until.is_(None), accounts.c.leased_until <= now, sa.literal(seconds == 0)
        )
        until = now + timedelta(seconds=seconds) if seconds else None
        with writing(self._engine) as connection:
            taken = sa.update(accounts).where(_is(channel, account), free).values(leased_until=until)
            return bool(connection.execute(taken).rowcount)

    def _put(self, channel: str, account: str, **values: Any) -> None:
        insert = insert_into(self._engine, accounts).values(
            channel=channel, account=account, state={}, **values
        )
        keys = ["channel", "account"]
        put = (
            insert.on_conflict_do_update(index_elements=keys, set_=values)
            if values
            else insert.on_conflict_do_nothing(index_elements=keys)
        )
        with writing(self._engine) as connection:
            connection.execute(put)


def _is(channel: str, account: str) -> sa.ColumnElement[bool]:
    return sa.and_(accounts.c.channel == channel, accounts.c.account == account)
