"""A person of the office, who reads and answers tickets over REST."""

from dataclasses import dataclass
from typing import Any

import httpx

from tests.end_to_end.server import RunningAssistant


@dataclass(frozen=True)
class Staff:
    """Somebody with the staff's token."""

    assistant: RunningAssistant
    token: str
    name: str = "chị Hà"

    def ticket(self, number: int) -> dict[str, Any]:
        """Returns a ticket with its talk."""
        return self._call("GET", f"/api/v1/tickets/{number}").json()  # type: ignore[no-any-return]

    def answer(self, number: int, text: str) -> None:
        """Answers a ticket, which takes it."""
        self._call("POST", f"/api/v1/tickets/{number}/answer", {"staff": self.name, "text": text})

    def close(self, number: int) -> None:
        """Closes a ticket."""
        self._call("POST", f"/api/v1/tickets/{number}/close", {"staff": self.name})

    def _call(self, method: str, path: str, body: dict[str, str] | None = None) -> httpx.Response:
        response = self.assistant.client.request(
            method, path, json=body, headers={"Authorization": f"Bearer {self.token}"}
        )
        assert response.is_success, f"{response.status_code}: {response.text}"
        return response
