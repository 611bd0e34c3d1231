"""The command line. Code is loaded when it is asked for: `solve` needs no server, and no server needs OR-Tools."""

import importlib

import click

SOLVE = "solve"


class Commands(click.Group):
    """`solve`, and those of `app.commands`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*_site().list_commands(ctx), SOLVE])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name == SOLVE:
            command: click.Command = importlib.import_module("matchmaking.solve_command").command
            return command
        return _site().get_command(ctx, cmd_name)


def _site() -> click.Group:
    site: click.Group = importlib.import_module("app.commands").site
    return site


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Pilotmatch: events and matchmaking for networks of regions."""


if __name__ == "__main__":
    cli()
