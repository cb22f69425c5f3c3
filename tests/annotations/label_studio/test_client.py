"""Calls to a real server, some through a proxy where they go wrong."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest

from annotations.label_studio.proxy import Fault, Proxy, proxied
from communique.annotations.label_studio import client as module
from communique.annotations.label_studio.client import Client, connect
from communique.annotations.label_studio.connection import ServerError, _retry_after
from communique.annotations.label_studio.server import Server
from communique.errors import CommuniqueError

DOWN = Fault(status=503)


def task(number: int, **more: Any) -> dict[str, Any]:
    return {"data": {"text": f"Text {number} 🇬🇭\r\n", "doc_id": f"d{number}"}, **more}


@pytest.fixture(scope="module")
def personal_token(server: Server) -> str:
    with Client(server.url, server.token) as client:
        answer = client._call("POST", "/api/token/")
    return str(answer["token"])


@pytest.fixture
def task_id(client: Client, project: dict[str, Any]) -> int:
    client.import_tasks(project["id"], [task(0)])
    return int(next(client.tasks(project["id"]))["id"])


# -- what goes well


def test_tasks_come_back_as_they_were_imported(client: Client, project: dict[str, Any]) -> None:
    sent = [task(i) for i in range(module.TASK_PAGE * 2 + 1)]
    client.import_tasks(project["id"], sent)
    found = list(client.tasks(project["id"]))
    assert [t["data"] for t in found] == [t["data"] for t in sent]
    assert set(found[0]) == set(module.TASK_FIELDS)
    assert [t["data"] for t in client.export(project["id"])] == [t["data"] for t in sent]


def test_tasks_that_vanish_between_two_pages_hide_no_others(
    client: Client, project: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "TASK_PAGE", 3)
    client.import_tasks(project["id"], [task(i) for i in range(9)])
    ids = [t["id"] for t in client.tasks(project["id"])]
    pages = client.tasks(project["id"])
    seen = [next(pages)["id"] for _ in range(3)]
    for gone in ids[:2]:
        client.delete_task(gone)
    assert seen + [t["id"] for t in pages] == ids


def test_only_what_changed_is_listed_after_a_time(client: Client, project: dict[str, Any]) -> None:
    client.import_tasks(project["id"], [task(i) for i in range(3)])
    listed = list(client.tasks(project["id"]))
    last = max(t["updated_at"] for t in listed)
    assert not list(client.tasks(project["id"], updated_after=last))
    client.create_annotation(listed[1]["id"], [], unique_id="changed")
    changed = list(client.tasks(project["id"], updated_after=last))
    assert [t["id"] for t in changed] == [listed[1]["id"]]
    assert len(list(client.tasks(project["id"], updated_after="2020-01-01T00:00:00+02:00"))) == 3


def test_no_ids_export_nothing(client: Client, project: dict[str, Any], task_id: int) -> None:
    assert not list(client.export(project["id"], []))
    assert [t["id"] for t in client.export(project["id"], [task_id])] == [task_id]


def test_imported_annotations_are_no_ground_truth(client: Client, project: dict[str, Any]) -> None:
    client.import_tasks(project["id"], [task(0, annotations=[{"result": []}])])
    [exported] = client.export(project["id"])
    assert [a["ground_truth"] for a in exported["annotations"]] == [False]


def test_an_annotation_lives_and_dies(
    client: Client, project: dict[str, Any], task_id: int
) -> None:
    made = client.create_annotation(task_id, [], unique_id="a", lead_time=1.5)
    assert made["lead_time"] == 1.5
    [exported] = client.export(project["id"], [task_id])
    assert [a["unique_id"] for a in exported["annotations"]] == [module.unique_id_of("a")]
    region = {"id": "x", "from_name": "a", "to_name": "text", "type": "choices", "value": {}}
    client.update_annotation(made["id"], [region])
    assert client.annotation(made["id"])["result"][0]["id"] == "x"
    client.delete_annotation(made["id"])
    client.delete_annotation(made["id"])
    with pytest.raises(ServerError, match="not there") as caught:
        client.annotation(made["id"])
    assert caught.value.status == 404


def test_a_second_annotation_with_one_unique_id_is_refused(client: Client, task_id: int) -> None:
    client.create_annotation(task_id, [], unique_id="once")
    with pytest.raises(ServerError, match="exists already") as caught:
        client.create_annotation(task_id, [], unique_id="once")
    assert caught.value.status == 409
    assert not caught.value.transient


def test_predictions_are_stored(client: Client, project: dict[str, Any], task_id: int) -> None:
    client.create_predictions(
        [{"task": task_id, "result": [], "model_version": "bulk"}], project_id=project["id"]
    )
    client.create_predictions([{"task": task_id, "result": [], "model_version": "single"}])
    stored = client.predictions(task_id)
    assert sorted(p["model_version"] for p in stored) == ["bulk", "single"]
    client.delete_prediction(stored[0]["id"])
    assert len(client.predictions(task_id)) == 1


def test_the_server_and_its_projects_are_known(client: Client, project: dict[str, Any]) -> None:
    assert client.whoami()["email"] in [user["email"] for user in client.users()]
    assert "signup" in client.invite_url()
    assert project["id"] in [p["id"] for p in client.projects()]
    client.set_config(project["id"], project["label_config"])
    assert client.project(project["id"])["label_config"] == project["label_config"]


def test_a_personal_token_works_like_a_legacy_one(server: Server, personal_token: str) -> None:
    with Client(server.url, f" {personal_token}\n") as client:
        assert client.whoami()["email"]
    with connect(server.url, personal_token) as client:
        assert client.version()


def test_import_chunks_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "IMPORT_CHUNK", 3)
    monkeypatch.setattr(module, "IMPORT_BYTES", 10)
    items = ["a", "b", "c", "d", "a" * 50, "e"]
    chunks = [json.loads(chunk) for chunk in module._import_chunks(items)]
    assert chunks == [["a", "b", "c"], ["d"], ["a" * 50], ["e"]]


# -- keys, addresses, versions


def test_a_wrong_key_is_refused_in_one_line_that_does_not_repeat_it(server: Server) -> None:
    with Client(server.url, "0" * 40) as client, pytest.raises(CommuniqueError) as caught:
        client.whoami()
    assert "refused the API key" in str(caught.value)
    assert "LABEL_STUDIO_API_KEY" in str(caught.value)
    assert "0" * 40 not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_personal_token_of_another_server_is_refused(server: Server, personal_token: str) -> None:
    forged = personal_token[:-4] + "AAAA"
    with Client(server.url, forged) as client, pytest.raises(ServerError) as caught:
        client.whoami()
    assert "refused the API key" in str(caught.value)


def test_legacy_tokens_that_are_turned_off_are_named_as_the_reason(
    server: Server, personal_token: str
) -> None:
    path = "/api/jwt/settings"
    settings = {"api_tokens_enabled": True, "legacy_api_tokens_enabled": False}
    with Client(server.url, personal_token) as lasting:
        lasting._call("POST", path, body=settings)
        try:
            with Client(server.url, server.token) as client, pytest.raises(ServerError) as caught:
                client.whoami()
        finally:
            lasting._call("POST", path, body=settings | {"legacy_api_tokens_enabled": True})
    assert "takes no legacy tokens" in str(caught.value)
    assert "personal access token" in str(caught.value)


@pytest.mark.parametrize("key", ["", " ", "two words", "schlüssel", "a\nb"])
def test_what_cannot_be_a_key_is_refused(key: str) -> None:
    with pytest.raises(CommuniqueError, match="no token"):
        Client("http://localhost:1", key)


def test_an_expired_personal_token_is_refused_at_once() -> None:
    import jwt

    token = jwt.encode({"exp": 1, "token_type": "refresh"}, "k" * 32)
    with pytest.raises(CommuniqueError, match="expired"):
        Client("http://localhost:1", token)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "localhost:8080",
        "ftp://x",
        "http://",
        "http://me:pw@host",
        "http://h:x",
        "http://h/?a=1",
    ],
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(CommuniqueError, match="expected the address"):
        Client(url, "k")


def test_a_server_that_is_not_there_is_said_at_once() -> None:
    started = time.monotonic()
    with Client("http://127.0.0.1:9", "k") as client, pytest.raises(ServerError) as caught:
        client.whoami()
    assert "cannot reach the server" in str(caught.value)
    assert time.monotonic() - started < 2


@pytest.mark.parametrize(
    ("url", "warned"),
    [
        ("http://labels.example.org", True),
        ("http://192.0.2.7:8080/", True),
        ("https://labels.example.org", False),
        ("http://localhost:8080", False),
        ("http://127.8.9.1", False),
        ("http://[::1]:8080", False),
    ],
)
def test_plain_http_is_warned_of_except_on_this_machine(url: str, warned: bool) -> None:
    said: list[str] = []
    Client(url, "k", warn=said.append).close()
    assert [("plain HTTP" in line) for line in said] == [True] * warned


@pytest.mark.parametrize(
    ("answer", "warned"),
    [
        (b'{"release": "1.23.9"}', False),
        (b'{"release": "1.20.0"}', False),
        (b'{"release": "2.0.0"}', True),
        (b'{"release": "1.9.2"}', True),
        (b"{}", True),
    ],
)
def test_versions_that_were_not_tested_are_warned_of(
    server: Server, proxy: Proxy, answer: bytes, warned: bool
) -> None:
    said: list[str] = []
    with Client(proxy.url, server.token, warn=said.append) as client:
        proxy.fail(Fault(status=200, body=answer))
        client.version()
    assert ["outside the tested range" in line for line in said] == [True] * warned


def test_a_warning_goes_to_the_error_stream(capsys: pytest.CaptureFixture[str]) -> None:
    Client("http://labels.example.org", "k").close()
    out, err = capsys.readouterr()
    assert not out
    assert err.startswith("warning: http://labels.example.org: plain HTTP")
    assert err.count("\n") == 1


def test_connect_takes_the_environment(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LABEL_STUDIO_URL", server.url + "/")
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", server.token)
    with connect() as client:
        assert client.url == server.url


def test_connect_finds_the_local_server(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LABEL_STUDIO_URL", raising=False)
    monkeypatch.delenv("LABEL_STUDIO_API_KEY", raising=False)
    monkeypatch.setenv("COMMUNIQUE_LABEL_STUDIO_DATA", str(server.data_dir))
    for url in (None, server.url):
        with connect(url) as client:
            assert client.url == server.url
    with pytest.raises(CommuniqueError, match="no API key for this server"):
        connect("http://localhost:1")


def test_connect_says_what_to_do_without_a_server(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    monkeypatch.delenv("LABEL_STUDIO_URL", raising=False)
    monkeypatch.delenv("LABEL_STUDIO_API_KEY", raising=False)
    monkeypatch.setenv("COMMUNIQUE_LABEL_STUDIO_DATA", str(tmp_path))
    with pytest.raises(CommuniqueError, match="communique annotations serve"):
        connect()


def test_a_proxy_of_the_environment_is_not_used_for_this_machine(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with connect(server.url, server.token) as client:
        assert client.whoami()


# -- what goes wrong on the way

PASSING_FAULTS = {
    "500": Fault(status=500, before=True),
    "502": Fault(status=502, body=b"<html>bad gateway</html>"),
    "503": DOWN,
    "429": Fault(status=429, headers=(("Retry-After", "0"),)),
    "cut": Fault(cut=20),
    "nothing": Fault(cut=0),
    "no end": Fault(status=200, body=b'{"email": "x'),
    "reset before": Fault(reset=True, before=True),
    "reset after": Fault(reset=True),
}


@pytest.mark.parametrize("fault", PASSING_FAULTS.values(), ids=PASSING_FAULTS)
def test_reading_is_tried_again(through: Client, proxy: Proxy, fault: Fault) -> None:
    proxy.fail(fault, fault)
    assert through.whoami()["email"]
    assert len(proxy.calls) == 3


@pytest.mark.parametrize("fault", PASSING_FAULTS.values(), ids=PASSING_FAULTS)
def test_reading_is_given_up_in_one_line(through: Client, proxy: Proxy, fault: Fault) -> None:
    through.retries = 2
    proxy.fail(*[fault] * 9)
    with pytest.raises(ServerError) as caught:
        through.whoami()
    assert caught.value.transient
    assert "\n" not in str(caught.value)
    assert len(proxy.calls) == 3


@pytest.mark.parametrize("name", [name for name in PASSING_FAULTS if name != "429"])
def test_creating_is_not_tried_again(
    through: Client, proxy: Proxy, client: Client, task_id: int, name: str
) -> None:
    proxy.fail(PASSING_FAULTS[name])
    try:
        through.create_annotation(task_id, [], unique_id=f"{task_id} {name}")
    except ServerError as error:
        assert error.transient or name == "no end"
        assert not error.untouched
    assert len(proxy.calls) == 1


def test_an_annotation_whose_answer_was_lost_is_not_made_twice(
    through: Client, proxy: Proxy, project: dict[str, Any], task_id: int
) -> None:
    proxy.fail(Fault(reset=True))
    with pytest.raises(ServerError) as lost:
        through.create_annotation(task_id, [], unique_id="lost")
    assert lost.value.transient
    with pytest.raises(ServerError) as again:
        through.create_annotation(task_id, [], unique_id="lost")
    assert again.value.status == 409
    [exported] = through.export(project["id"], [task_id])
    assert len(exported["annotations"]) == 1


def test_creating_is_tried_again_when_the_server_did_nothing(
    through: Client, proxy: Proxy, task_id: int
) -> None:
    proxy.fail(PASSING_FAULTS["429"])
    assert through.create_annotation(task_id, [], unique_id="refused")["id"]
    assert len(proxy.calls) == 2


def test_an_import_is_sent_once(through: Client, proxy: Proxy, project: dict[str, Any]) -> None:
    proxy.fail(Fault(cut=5))
    with pytest.raises(ServerError, match="connection broke"):
        through.import_tasks(project["id"], [task(0), task(1)])
    assert len(proxy.calls) == 1
    assert len(list(through.tasks(project["id"]))) == 2


def test_changing_and_deleting_are_tried_again(through: Client, proxy: Proxy, task_id: int) -> None:
    made = through.create_annotation(task_id, [], unique_id="changing")
    proxy.fail(Fault(reset=True), DOWN)
    through.update_annotation(made["id"], [])
    assert len(proxy.calls) == 3
    proxy.fail(Fault(reset=True), Fault(cut=3))
    through.delete_annotation(made["id"])
    assert len(proxy.calls) >= 2


def test_an_export_in_which_all_goes_wrong_is_whole(
    through: Client, proxy: Proxy, project: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "EXPORT_CHUNK", 2)
    monkeypatch.setattr(module, "TASK_PAGE", 2)
    through.import_tasks(project["id"], [task(i) for i in range(7)])
    proxy.fail(*PASSING_FAULTS.values())
    through.retries = len(PASSING_FAULTS)
    through._pause = 0.001
    assert [t["data"]["doc_id"] for t in through.export(project["id"])] == [
        f"d{i}" for i in range(7)
    ]


def test_the_server_says_how_long_to_wait(through: Client, proxy: Proxy) -> None:
    proxy.fail(Fault(status=429, headers=(("Retry-After", "1"),)))
    through.whoami()
    assert proxy.times[1] - proxy.times[0] >= 1


def test_a_wait_beyond_measure_is_not_waited_for(through: Client, proxy: Proxy) -> None:
    proxy.fail(Fault(status=429, headers=(("Retry-After", "86400"),)))
    with pytest.raises(ServerError, match="too much to do"):
        through.whoami()
    assert len(proxy.calls) == 1


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("3", 3),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0),
        ("Wed, 21 Oct 2015 07:28:00 -0000", 0),
        ("soon", None),
        ("-1", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str | None, seconds: float | None) -> None:
    assert _retry_after(value) == seconds


def test_a_slow_answer_is_tried_again(through: Client, proxy: Proxy) -> None:
    through.timeout = 0.5
    proxy.fail(Fault(delay=1.5))
    assert through.whoami()["email"]
    proxy.fail(Fault(delay=1.5))
    through.retries = 0
    with pytest.raises(ServerError, match="no answer to GET"):
        through.whoami()


def test_a_redirect_is_not_followed(through: Client, proxy: Proxy) -> None:
    moved = (("Location", "https://labels.example.org/api/projects/"),)
    proxy.fail(Fault(status=301, headers=moved))
    with pytest.raises(ServerError, match=r"sends POST .* on to .*labels\.example\.org"):
        through.create_project("moved", "<View/>")
    assert len(proxy.calls) == 1


@pytest.mark.parametrize(
    "answer",
    [
        Fault(status=200, body=b"<html>", headers=(("Content-Type", "text/html"),)),
        Fault(status=200, body=b"[1, 2]"),
        Fault(status=200, body=b'{"hello": "there"}'),
    ],
)
def test_something_other_than_label_studio_is_noticed(
    through: Client, proxy: Proxy, answer: Fault
) -> None:
    proxy.fail(answer)
    with pytest.raises(ServerError, match="expected an answer of Label Studio"):
        through.whoami()
    assert len(proxy.calls) == 1


def test_what_the_server_says_is_made_safe_for_the_terminal(through: Client, proxy: Proxy) -> None:
    body = json.dumps({"detail": "\x1b[31mred\n" + "x" * 5000}).encode()
    proxy.fail(Fault(status=400, body=body))
    with pytest.raises(ServerError) as caught:
        through.whoami()
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 300


@pytest.fixture
def personal(server: Server, proxy: Proxy, personal_token: str) -> Iterator[Client]:
    with Client(proxy.url, personal_token, pause=0.01) as made:
        yield made


@pytest.mark.parametrize("name", ["502", "429", "cut", "reset after", "reset before"])
def test_the_exchange_of_a_token_is_tried_again_even_for_a_write(
    personal: Client, proxy: Proxy, task_id: int, name: str
) -> None:
    proxy.fail(PASSING_FAULTS[name], only="/api/token/refresh/")
    personal._reached = True
    assert personal.create_annotation(task_id, [], unique_id=f"token {name} {task_id}")["id"]
    exchanges = [call for call in proxy.calls if "refresh" in call]
    assert len(exchanges) == 2
    assert len(proxy.calls) == 3


def test_a_server_that_comes_back_is_waited_for(server: Server) -> None:
    with proxied(server.url) as gone:
        client = Client(gone.url, server.token, pause=0.01, retries=2)
        client.whoami()
    with client, pytest.raises(ServerError, match="cannot reach") as caught:
        client.whoami()
    assert caught.value.transient
    assert caught.value.untouched


def test_the_sdk_is_imported_without_a_warning() -> None:
    code = (
        "from communique.annotations.label_studio.client import Client; Client('http://[::1]', 'k')"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True, timeout=60)
