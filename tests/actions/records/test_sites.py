"""Sites are kept by key, with their settings as they were given."""

from actions.records import Records
from tests.actions.records.conftest import at_once


def test_a_site_is_added_changed_and_removed(records: Records) -> None:
    assert records.sites.get("truong-a") is None
    records.sites.put("truong-a", {"title": "Trường A", "origins": ["https://a.edu.vn"]})
    records.sites.put("truong-a", {"title": "Trường A mới"})
    assert records.sites.get("truong-a") == {"title": "Trường A mới"}
    assert records.sites.remove("truong-a")
    assert not records.sites.remove("truong-a")
    assert records.sites.get("truong-a") is None


def test_all_sites_are_listed_by_key(records: Records) -> None:
    for key in ("truong-b", "truong-a"):
        records.sites.put(key, {"title": key})
    assert records.sites.all() == {"truong-a": {"title": "truong-a"}, "truong-b": {"title": "truong-b"}}


def test_of_many_that_put_a_site_at_once_the_settings_of_one_stand(records: Records) -> None:
    at_once(lambda number: records.sites.put("truong-a", {"title": str(number), "phone": str(number)}))
    (settings,) = records.sites.all().values()
    assert settings["title"] == settings["phone"]
