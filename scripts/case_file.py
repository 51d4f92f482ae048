"""Markdown files of cases, as the scripts that make expectations read them. Knows no kind of case."""


def headings(text):
    """Yields heading, its lines outside of blocks, and the blocks as (word, text, first line, last line)."""
    heading, lines, blocks, fence = None, {}, [], None
    for number, line in enumerate(text.split("\n")):
        if fence is not None:
            if line == "```":
                blocks.append((fence[1], "\n".join(fence[2]), fence[0], number))
                fence = None
            else:
                fence[2].append(line)
        elif line.startswith("```"):
            fence = (number, line[3:].strip(), [])
        elif line.startswith("## "):
            if heading is not None:
                yield heading, lines, blocks
            heading, lines, blocks = line[3:].strip(), {}, []
        elif ": " in line:
            word, said = line.split(": ", 1)
            lines[word] = said.strip()
    if heading is not None:
        yield heading, lines, blocks
