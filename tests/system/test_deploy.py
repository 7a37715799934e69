"""The files in deploy/, tried with the programs that read them."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import trustme

from apecgraph.release.release import Release
from tests.support.processes import zygotes
from tests.support.servers import Server, server_process
from tests.support.waiting import until

DEPLOY = Path(__file__).parents[2] / "deploy"
SYSTEM = "/usr/sbin:/usr/bin:/sbin:/bin"
SECONDS = 20
NAMED = {"sni_hostname": "apecgraph.example.org"}
MOST_EXPOSED = 2.0
"""On systemd's scale from 0 to 10; below 2 is "OK"."""


def tool(name: str) -> str:
    found = shutil.which(name, path=SYSTEM)
    assert found, f"run scripts/test, which sets up {name}"
    return found


def test_systemd_accepts_the_units_and_rates_them_safe(tmp_path: Path) -> None:
    units = list(DEPLOY.glob("*.service"))
    assert len(units) == 2
    for unit in units:
        text = unit.read_text().replace("/opt/apecgraph/bin/apecgraph", sys.executable)
        (tmp_path / unit.name).write_text(text)
    paths = sorted(tmp_path.glob("*.service"))
    analyze = tool("systemd-analyze")
    verified = subprocess.run([analyze, "verify", *paths], capture_output=True, text=True)
    assert (verified.returncode, verified.stderr) == (0, "")
    for path in paths:
        command = [analyze, "security", "--offline=true", "--no-pager", str(path)]
        text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        exposed = re.search(r"Overall exposure level for \S+: ([\d.]+)", text)
        assert exposed
        assert float(exposed[1]) < MOST_EXPOSED


def lines(unit: str, name: str) -> list[str]:
    return re.findall(rf"^{name}=(.*)$", (DEPLOY / unit).read_text(), re.MULTILINE)


def test_the_server_starts_even_if_a_build_is_refused() -> None:
    """A refused build does not keep it from starting, and a restart does not build."""
    server, build = "apecgraph.service", "apecgraph-build.service"
    for name in ("Requires", "Requisite", "BindsTo", "Wants"):
        assert not [line for line in lines(server, name) if build in line]
    assert [line for line in lines(server, "After") if build in line]
    assert lines(build, "WantedBy") == lines(server, "WantedBy")
    assert " serve --current " in lines(server, "ExecStart")[0]


def test_a_query_that_the_kernel_kills_for_memory_does_not_stop_the_server() -> None:
    """Without a setting for this, systemd would stop the whole service."""
    assert lines("apecgraph.service", "OOMPolicy") == ["continue"]


def health_check(server: Server) -> int:
    """Run the health check of the image, as Docker does if a proxy is configured."""
    text = (DEPLOY / "Dockerfile").read_text().replace("\\\n", "")
    found = re.search(r"^HEALTHCHECK .*? CMD (\[.+\])$", text, re.MULTILINE)
    assert found
    python, *arguments = json.loads(found[1])
    assert python == "python"
    assert ", 8000," in arguments[-1]
    arguments[-1] = arguments[-1].replace(", 8000,", f", {server.port},")
    nowhere = {"http_proxy": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9"}
    return subprocess.run(
        [sys.executable, *arguments],
        env={**os.environ, **nowhere},
        capture_output=True,
        check=False,
        timeout=SECONDS,
    ).returncode


def test_the_image_is_healthy_while_queries_are_answered(tmp_path: Path) -> None:
    data = tmp_path / "data.nt"
    data.write_text("<http://example.org/a> <http://example.org/b> <http://example.org/c> .\n")
    with server_process("--data", data, log=tmp_path / "log.txt") as server:
        assert health_check(server) == 0
        data.unlink()
        (zygote,) = zygotes(server.process.pid)
        os.kill(zygote, signal.SIGKILL)
        asyncio.run(until(lambda: health_check(server) == 1))
        with server.client() as client:
            assert client.get("/health").status_code == 503
    assert health_check(server) == 1


@contextmanager
def proxied(server: Server, folder: Path) -> Iterator[httpx.Client]:
    """Run nginx with the configuration, but on other ports and with a generated certificate."""
    folder.chmod(0o755)
    authority = trustme.CA()
    certificate = authority.issue_cert("apecgraph.example.org")
    certificate.private_key_pem.write_to_path(folder / "key.pem")
    certificate.cert_chain_pems[0].write_to_path(folder / "cert.pem")
    with ExitStack() as stack:
        free = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(2)]
        plain, port = (each.getsockname()[1] for each in free)
    text = (DEPLOY / "nginx.conf").read_text()
    for old, new in (
        ("/etc/letsencrypt/live/apecgraph.example.org/fullchain.pem", f"{folder}/cert.pem"),
        ("/etc/letsencrypt/live/apecgraph.example.org/privkey.pem", f"{folder}/key.pem"),
        ("/var/cache/nginx/apecgraph", f"{folder}/cache"),
        ("127.0.0.1:8000", f"127.0.0.1:{server.port}"),
        ("listen 80;", f"listen 127.0.0.1:{plain};"),
        ("listen 443 ssl", f"listen 127.0.0.1:{port} ssl"),
        ("    listen [::]:80;\n", ""),
        ("    listen [::]:443 ssl http2;\n", ""),
    ):
        assert old in text
        text = text.replace(old, new)
    # Otherwise nginx, if started by root, would not be allowed into this folder.
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(
        f"{user} daemon off; pid {folder}/pid; error_log {folder}/error.log;\n"
        f"events {{ }}\nhttp {{ access_log off; client_body_temp_path {folder}/body;"
        f" proxy_temp_path {folder}/proxy;\n{text}\n}}\n"
    )
    command = [tool("nginx"), "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", "stderr"]
    tried = subprocess.run([*command, "-t"], capture_output=True, text=True)
    assert tried.returncode == 0, tried.stderr
    nginx = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        context = httpx.create_ssl_context(verify=True)
        authority.configure_trust(context)
        url = f"https://127.0.0.1:{port}"
        names = {"Host": "apecgraph.example.org"}
        with httpx.Client(base_url=url, verify=context, headers=names) as client:
            client.get("/health", extensions=NAMED)
            yield client
    finally:
        nginx.terminate()
        nginx.wait(SECONDS)


def test_nginx_proxies_requests_and_caches_immutable_files(
    release: Release, tmp_path: Path
) -> None:
    log = tmp_path / "log.txt"
    dump = f"/dumps/{release.name}/figures.csv"
    paths = {"/doc/index.ttl": 200, "/sparql?query=ASK%20%7B%7D": 200, "/metrics": 403, dump: 200}
    with (
        server_process("--release", release.path, log=log) as server,
        proxied(server, tmp_path) as client,
    ):
        for path, status in (*paths.items(), (dump, 200)):
            assert client.get(path, extensions=NAMED).status_code == status, path
    assert (
        log.read_text().count("figures.csv") == 1
    )  # the second request was answered from the proxy's cache
