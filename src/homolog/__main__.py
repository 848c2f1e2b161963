"""``python -m homolog`` is the command line."""

from homolog.cli import app

if __name__ == "__main__":
    app(prog_name="homolog")
