"""Lists, the overview and the filter form as Block Kit."""
