"""Run one module with the keywords given as JSON, and print what it returns as JSON."""

import json
import sys
from importlib import import_module

import django

if __name__ == "__main__":
    django.setup()
    _, name, keywords = sys.argv
    print(json.dumps(import_module(f"bench.inside.{name}").run(**json.loads(keywords))))
