"""The modelled Windows host: a frozen, JSON-able tree, and what time and operations do to it."""
