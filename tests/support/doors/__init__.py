"""Every door of the bot: each way in which a person asks for something, and what is said there.

`table` says what a door is, `world` where it stands, `kinds` who comes; the others are the doors by subject.
"""
