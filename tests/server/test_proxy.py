"""The service behind a proxy that has it at another address, over real sockets: everything leads to that address."""

from __future__ import annotations

import http.client
import json
import re
import shutil
import threading
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urldefrag, urlencode

import pytest
import waitress

from kg.errors import SettingError
from kg.settings import read_settings
from server import create_app
from server.state import state_of
from tests.server.page_elements import Elements

TOKEN = "correct horse"
OUTSIDE = "https://example.org/kg/"
HUBINGER = "/kg/page/author/evan-hubinger"
BEGUN = (
    *("/kg/", "/kg", HUBINGER, f"{HUBINGER}?q=alignment&year=2024", "/kg/author/evan-hubinger"),
    *("/kg/search?q=alignment", "/kg/search.json?q=alignment", "/kg/search.csv?q=alignment"),
    *("/kg/queries/author/author-papers?author=evan-hubinger", "/kg/compare?a=Evan+Hubinger&b=Adam+Jermyn"),
    *("/kg/changes.atom", "/kg/dataset.ttl", "/kg/sitemap.xml", "/kg/opensearch.xml", "/kg/reconcile", "/kg/curation"),
    "/kg/network/author/evan-hubinger.json",
)
_LOOKED_AT = 250
_AS_LINKS = ("href", "src", "action", "formaction")


@pytest.fixture(scope="module")
def inside(seeded_store_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int]]:
    """Where the proxy finds it."""
    store = shutil.copytree(seeded_store_folder, tmp_path_factory.mktemp("behind") / "store", symlinks=True)
    settings = read_settings(
        {"KG_ADDRESS": "https://example.org/kg"}, store=store, query_workers=1, write_token=TOKEN, access_log=0
    )
    app = create_app(settings)
    server = waitress.create_server(app, host="127.0.0.1", port=0, threads=2, ident=None)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield "127.0.0.1", int(server.effective_port)
    server.trigger.pull_trigger(server.close)
    thread.join(timeout=10)
    server.task_dispatcher.shutdown()
    state_of(app).close()


def ask(
    inside: tuple[str, int], path: str, method: str = "GET", body: str | None = None, **headers: str
) -> tuple[int, http.client.HTTPMessage, str]:
    connection = http.client.HTTPConnection(*inside, timeout=60)
    try:
        connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        response = connection.getresponse()
        return response.status, response.headers, response.read().decode(errors="replace")
    finally:
        connection.close()


def _links(headers: http.client.HTTPMessage, body: str) -> set[str]:
    found = [*re.findall("<([^>]*)>", headers.get("Link", "")), *filter(None, [headers.get("Location")])]
    if headers.get_content_type() == "text/html":
        for _, attributes in Elements(body).elements:
            found += [
                value
                for name in attributes
                if name in _AS_LINKS or name.startswith("data-")
                if (value := attributes[name])
            ]
    return {urldefrag(link)[0] for link in found if link.startswith(("/", OUTSIDE))}


def test_every_link_stays_below_the_address(inside: tuple[str, int]) -> None:
    waiting, known = deque(BEGUN), set(BEGUN)
    for _ in range(_LOOKED_AT):
        if not waiting:
            break
        path = waiting.popleft()
        status, headers, body = ask(inside, path, Accept="text/html, */*;q=0.5")
        assert status < 400 or path.endswith(("/mcp", "/sign-in")), (path, status)
        for elsewhere in (f"{inside[0]}:{inside[1]}", "http://example.org", "localhost"):
            assert elsewhere not in body, (path, elsewhere)
        for link in _links(headers, body):
            assert link.startswith(("/kg/", OUTSIDE)), (path, link)
            local = link.removeprefix("https://example.org")
            if local not in known:
                known.add(local)
                waiting.append(local)
    assert len(known) > _LOOKED_AT


def test_addresses_that_programs_are_told_are_those_of_the_proxy(inside: tuple[str, int]) -> None:
    manifest = json.loads(ask(inside, "/kg/reconcile")[2])
    assert manifest["view"]["url"] == OUTSIDE + "{{id}}"
    assert manifest["extend"]["propose_properties"]["service_url"] == OUTSIDE + "reconcile"
    assert f"<loc>{OUTSIDE}sitemap/" in ask(inside, "/kg/sitemap.xml")[2]
    assert f"<{OUTSIDE}sparql>" in ask(inside, "/kg/dataset.ttl")[2]
    assert json.loads(ask(inside, "/kg/openapi.json")[2])["servers"] == [{"url": "/kg"}]
    assert f",{OUTSIDE}author/evan-hubinger" in ask(inside, "/kg/search.csv?q=Hubinger&type=author")[2]


def test_who_asks_for_an_old_version_is_sent_to_the_one_in_force(inside: tuple[str, int]) -> None:
    status, _, problem = ask(inside, "/kg/queries?snapshot=000000-000000000000")
    assert (status, "is at /kg/queries, and" in problem) == (410, True)


@pytest.mark.parametrize("path", ["/kg/author/evan-hubinger", "/author/evan-hubinger"])
def test_a_proxy_may_take_the_path_off_and_say_what_it_likes(inside: tuple[str, int], path: str) -> None:
    status, headers, _ = ask(
        inside, path, Accept="text/html", Host="evil.example", X_Forwarded_Host="evil.example", X_Forwarded_Prefix="/x"
    )
    assert (status, headers["Location"]) == (303, HUBINGER)


def test_an_operator_signs_in_by_https_alone(inside: tuple[str, int]) -> None:
    _, headers, page = ask(inside, "/kg/curation")
    cookie, form = headers["Set-Cookie"], re.search(r'name="csrf" value="([^"]+)"', page)
    assert "Path=/kg/curation" in cookie and "Secure" in cookie and form
    status, headers, _ = ask(
        inside,
        "/kg/curation/sign-in",
        "POST",
        urlencode({"by": "Jo", "token": TOKEN, "csrf": form[1]}),
        Cookie=cookie.partition(";")[0],
        Content_Type="application/x-www-form-urlencoded",
    )
    assert (status, headers["Location"]) == (303, "/kg/curation")


def test_a_graph_that_is_posted_is_where_its_location_says(inside: tuple[str, int]) -> None:
    statement, turtle = "<http://example.org/a> <http://example.org/b> <http://example.org/c> .", "text/turtle"
    status, headers, _ = ask(
        inside, "/kg/store", "POST", statement, Authorization=f"Bearer {TOKEN}", Content_Type=turtle
    )
    assert (status, headers["Location"][: len(OUTSIDE)]) == (201, OUTSIDE)
    status, _, body = ask(inside, headers["Location"].removeprefix("https://example.org"), Accept=turtle)
    assert (status, "http://example.org/c" in body) == (200, True)


@pytest.mark.parametrize(
    "address", ["example.org", "https://", "https://x/kg?a", "ftp://x/", "https://x/../", "https://x/a b"]
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(SettingError, match="KG_ADDRESS"):
        read_settings({"KG_ADDRESS": address})
