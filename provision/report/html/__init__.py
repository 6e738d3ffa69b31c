"""One self-contained HTML file about a night or a run: no network, no script."""
