"""`rxreplay strategies`."""

import click


@click.command("strategies")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table")
def command(form: str) -> None:
    """List the receive strategies; * marks those that 'compare' shows unless told otherwise."""
    from ..cataloguing import strategies

    known = strategies()
    if form == "json":
        import json

        click.echo(json.dumps(known, indent=2))
        return
    width = max(len(each["name"]) for each in known)
    for each in known:
        mark = "*" if each["by_default"] else " "
        click.echo(f"{mark} {each['name']:{width}}  {each['summary']}")
        for knob in each["knobs"]:
            click.echo(
                f"  {'':{width}}  --set {knob['name']}={knob['default']}: {knob['summary']} "
                f"({knob['least']:,} to {knob['most']:,})"
            )
