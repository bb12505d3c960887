"""Serves Debian's graphite-web on loopback, at a port of the system's choice, over whisper files that a carbon writes.

python3 graphite-web.py FOLDER CACHE_QUERY_PORT: FOLDER holds `whisper`; everything else that graphite-web writes goes
there too. Prints its port once it serves. Needs no database: render does not ask one.
"""
import os
import sys
import types

folder, query_port = sys.argv[1], int(sys.argv[2])

settings = types.ModuleType("canary_settings")
settings.SECRET_KEY = "only on loopback, only in a test"
settings.GRAPHITE_ROOT = folder
settings.CONF_DIR = folder
settings.STORAGE_DIR = folder
settings.WHISPER_DIR = os.path.join(folder, "whisper")
settings.STANDARD_DIRS = [settings.WHISPER_DIR]
settings.LOG_DIR = folder
settings.LOG_ROTATION = False
settings.INDEX_FILE = os.path.join(folder, "index")
settings.ALLOWED_HOSTS = ["*"]
settings.TIME_ZONE = "UTC"
settings.CARBONLINK_HOSTS = ["127.0.0.1:%d" % query_port]
settings.CARBONLINK_TIMEOUT = 0.5
settings.CARBONLINK_RETRY_DELAY = 0.5
settings.DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
sys.modules["canary_settings"] = settings
os.environ["GRAPHITE_SETTINGS_MODULE"] = "canary_settings"
os.environ["DJANGO_SETTINGS_MODULE"] = "graphite.settings"

from wsgiref.simple_server import WSGIRequestHandler, make_server  # noqa: E402

from graphite.wsgi import application  # noqa: E402


class Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        pass


server = make_server("127.0.0.1", 0, application, handler_class=Quiet)
print(server.server_port, flush=True)
server.serve_forever()
