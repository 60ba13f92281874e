"""Cloudflare's Workflows API, read side: good enough to be a library of its own.

`protocol` knows the API and does no I/O; `client` moves bytes; `cache` remembers pages and lets one
request serve all who ask for the same page; `budget` keeps within the API's rate limit.
"""
