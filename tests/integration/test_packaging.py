"""What is shipped: a wheel with web assets and translations inside, and a gateway that needs nothing of the cloud."""

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CLOUD_ONLY = tuple(
    "fastapi starlette uvicorn sqlalchemy alembic jinja2 pydantic argon2 psycopg babel".split()  # noqa: SIM905
)


@pytest.fixture(scope="module", name="wheel")
def build_wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)],
        check=True,
        capture_output=True,
    )
    (path,) = folder.glob("*.whl")
    return zipfile.ZipFile(path)


def test_the_wheel_ships_the_web_assets_and_the_compiled_translations(wheel: zipfile.ZipFile) -> None:
    names = wheel.namelist()
    for pattern in (
        r"cloud/console/static/vendor/.*tabler.*\.css$",
        r"cloud/console/static/vendor/.*htmx.*\.js$",
        r"cloud/console/translations/it/LC_MESSAGES/.*\.mo$",
        r"cloud/console/translations/ru/LC_MESSAGES/.*\.mo$",
        r"access_policy/decide\.py$",
        r"access_policy/translations/it/LC_MESSAGES/.*\.mo$",
        r"access_policy/translations/ru/LC_MESSAGES/.*\.mo$",
        r"gateway/texts/it/LC_MESSAGES/.*\.mo$",
        r"gateway/texts/ru/LC_MESSAGES/.*\.mo$",
        r"cloud/migrations/versions/.*\.py$",
    ):
        assert any(re.search(pattern, name) for name in names), f"not in the wheel: {pattern}"


def test_the_wheel_ships_no_tests(wheel: zipfile.ZipFile) -> None:
    assert not [name for name in wheel.namelist() if name.startswith("tests/")]


def test_the_gateway_is_installed_without_a_single_dependency_of_the_cloud() -> None:
    pins = re.findall(r"^([a-z0-9-]+)==", (ROOT / "requirements" / "gateway.txt").read_text(), re.MULTILINE)
    assert not set(pins) & {name.replace("argon2", "argon2-cffi") for name in CLOUD_ONLY}


def run_without(blocked: tuple[str, ...], statement: str) -> str:
    """What a statement prints where these packages are not installed."""
    script = (
        "import sys\n"
        "class Block:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        f"        if name.partition('.')[0] in {blocked!r}: raise ImportError('not installed: ' + name)\n"
        f"sys.meta_path.insert(0, Block())\n{statement}\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_gateway_runs_without_a_single_module_of_the_cloud() -> None:
    blocked = (*CLOUD_ONLY, "cloud", "provisioning")
    statement = "import gateway.cli, gateway.bootstrap, gateway.enrolment; gateway.cli.main(['--help'])"
    assert "enrol" in run_without(blocked, statement)


def test_the_server_runs_without_a_single_dependency_of_the_gateway() -> None:
    blocked = ("gpiod", "serialx", "sqlite_utils")
    assert "create-admin" in run_without(blocked, "import cloud.commands, cloud.cli; cloud.cli.main(['--help'])")
    assert "claim-token" in run_without(blocked, "import provisioning.cli; provisioning.cli.main(['--help'])")
