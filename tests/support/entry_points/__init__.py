"""Every entry point of the bot: each way in which a person asks for something, and what is said there.

`model` says what an entry point is, `scenario` what there is before somebody comes, `visitors` who
comes; the others are the entry points by subject.
"""
