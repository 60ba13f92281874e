"""`python -m bot`, the same as `workflows-bot`."""

from bot.cli import main

main(prog_name="workflows-bot")
