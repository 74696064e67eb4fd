"""The media store in both its forms: a folder, and an S3 service (moto) on loopback."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from app.kit.settings import Settings, StoreSettings
from media.store import Store


@pytest.fixture(scope="session")
def s3_endpoint() -> Iterator[str]:
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    httpx.put(f"{endpoint}/bucket", trust_env=False).raise_for_status()
    yield endpoint
    server.stop()


@pytest.fixture(params=["folder", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    if request.param == "folder":
        return Store.open(Settings(data=tmp_path / "data"))
    section = StoreSettings.model_validate(
        {
            "url": f"s3://bucket/{tmp_path.name}",
            "s3_endpoint": request.getfixturevalue("s3_endpoint"),
            "s3_access_key": "key",
            "s3_secret_key": "secret",
        }
    )
    return Store.open(Settings(data=tmp_path / "data", store=section))
