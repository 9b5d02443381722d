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
    click.echo("\nKnobs (--set):")
    knobs = {knob["name"]: (knob, each) for each in known for knob in each["knobs"]}
    for name, (knob, each) in knobs.items():
        where = each["name"] if each["name"].startswith("mst") else each["name"].split("/")[1]
        click.echo(
            f"  {where}: {name}={knob['default']}: {knob['summary']} "
            f"({knob['least']:,} to {knob['most']:,})"
        )
    click.echo(
        "\nA release from 3.14 on names the kernel that it behaves like: 6.8/mergeable is "
        "6.12/mergeable."
    )
