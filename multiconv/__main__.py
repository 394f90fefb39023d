"""``python -m multiconv`` starts the server, as the command ``multiconv`` does."""

from multiconv.web.serve import main

if __name__ == "__main__":
    main()
