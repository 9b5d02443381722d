"""What the whole suite shares: the check of the installation, the profile, options, shared data."""

import os
from importlib.util import find_spec

import pytest
from helpers.shared_data import ABSENT, RECORDINGS, SHARED

NEEDED = ("rxreplay", "hypothesis")


def pytest_configure():
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        raise pytest.UsageError(
            f"{' and '.join(missing)} cannot be imported: "
            """run  pip install -e ".[test]"  in the checkout first"""
        )
    from hypothesis import HealthCheck, settings

    # The first call of a kernel compiles it: no deadline. The same examples on every run; for
    # others, and more of them, --hypothesis-profile=thorough.
    settings.register_profile(
        "ci",
        deadline=None,
        derandomize=True,
        max_examples=3 if os.environ.get("NUMBA_DISABLE_JIT") == "1" else 40,
        suppress_health_check=[HealthCheck.too_slow],
    )
    settings.register_profile(
        "thorough", settings.get_profile("ci"), derandomize=False, max_examples=500
    )
    settings.load_profile("ci")


MANY, FEW = 32, 6  # variants of a test, in plain Python: it is to reach each line, not each value


def pytest_collection_modifyitems(config, items):
    if os.environ.get("NUMBA_DISABLE_JIT") != "1":
        return
    tests = {}
    for item in items:
        if item.get_closest_marker("compiled"):
            continue
        tests.setdefault(item.nodeid.partition("[")[0], []).append(item)
    kept = {item for variants in tests.values() for item in spread(variants)}
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = [item for item in items if item in kept]


def spread(variants):
    """Give a few of many variants of a test, the first and the last among them."""
    if len(variants) <= MANY or variants[0].get_closest_marker("all_variants"):
        return variants
    return [variants[n * (len(variants) - 1) // (FEW - 1)] for n in range(FEW)]


def pytest_addoption(parser):
    parser.addoption(
        "--update-golden",
        action="store_true",
        help="write the tables of tests/golden anew instead of comparing with them",
    )


@pytest.fixture
def update_golden(request):
    return request.config.getoption("--update-golden")


@pytest.fixture(scope="session")
def shared():
    """The folder of shared data."""
    if not SHARED.is_dir():
        pytest.skip(ABSENT)
    return SHARED


@pytest.fixture(scope="session")
def recordings():
    """The folder of what real kernels did."""
    if not RECORDINGS.is_dir():
        pytest.skip(ABSENT)
    return RECORDINGS
