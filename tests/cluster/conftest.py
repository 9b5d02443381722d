"""An S3 server on loopback, by moto, with credentials that nobody else takes."""

import logging

import pytest


@pytest.fixture(scope="session")
def s3(tmp_path_factory):
    """A file system on an empty server; commands that are started find it as well."""
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", "testing")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "testing-secret")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        patch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:{1}".format(*server.get_host_and_port()))
        patch.setenv("AWS_CONFIG_FILE", str(tmp_path_factory.mktemp("aws") / "none"))
        import s3fs

        files = s3fs.S3FileSystem(skip_instance_cache=True)
        files.mkdir("archive")
        yield files
    server.stop()
