"""Who may see and do what: rules, people, and the refusals that say who may."""
