"""Reading C as text, for the checks: good enough for our own style, no more.

strip() blanks comments (and strings) but keeps every line where it was, so
that positions still give line numbers.
"""
import os
import re

SUFFIXES = (".c", ".h", ".cc", ".def")
TOKEN = re.compile(
    r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


def source_files(folder):
    """Paths of the sources below folder, relative to it, sorted."""
    out = []
    for top, folders, names in os.walk(folder):
        folders.sort()
        for name in names:
            if name.endswith(SUFFIXES):
                out.append(os.path.relpath(os.path.join(top, name), folder))
    return sorted(out)


def strip(text, strings=True):
    """Text without comments; string and character contents blanked too."""
    def blank(m):
        token = m.group(0)
        if token[0] == "/":
            return re.sub(r"[^\n]", " ", token)
        if not strings:
            return token
        return token[0] + re.sub(r"[^\n]", " ", token[1:-1]) + token[0]
    return TOKEN.sub(blank, text)


def without_preprocessor(code):
    """Blanks directives, continued lines included."""
    out, inside = [], False
    for line in code.split("\n"):
        if inside or line.lstrip().startswith("#"):
            inside = line.rstrip().endswith("\\")
            out.append("")
        else:
            out.append(line)
    return "\n".join(out)


def top_level(code):
    """Yields (head, first_line, last_line, body) of every declaration or
    definition at file scope; body tells whether a { } block ended it (a
    function) rather than a semicolon."""
    depth, start, head_end, has_brace = 0, 0, None, False
    for pos, char in enumerate(code):
        if char == "{":
            if depth == 0:
                head_end = pos if head_end is None else head_end
                has_brace = True
            depth += 1
        elif char == "}":
            depth = max(0, depth - 1)
            head = code[start:head_end]
            if depth == 0 and is_function(head):
                yield piece(code, start, head, pos, True)
                start, head_end, has_brace = pos + 1, None, False
        elif char == ";" and depth == 0:
            head = code[start:head_end if has_brace else pos]
            yield piece(code, start, head, pos, False)
            start, head_end, has_brace = pos + 1, None, False


# A table macro used at file scope needs no semicolon after it.
EXPANSION = re.compile(r"\s*(?:[A-Z][A-Z0-9_]*\s*\([^()]*\)\s*)+(?=[\w\[])")


def piece(code, start, head, end, body):
    expansion = EXPANSION.match(head)
    if expansion:
        start, head = start + expansion.end(), head[expansion.end():]
    first = start + len(head) - len(head.lstrip())
    return (" ".join(head.split()), code.count("\n", 0, first) + 1,
            code.count("\n", 0, end) + 1, body)


ATTRIBUTE = re.compile(r"__attribute__\s*\(\((?:[^()]|\([^()]*\))*\)\)"
                       r"|\[\[[^\]]*\]\]|\bTM_[A-Z_]+(?:\s*\([^()]*\))?")


def is_function(head):
    """Whether the text before a block is the head of a function."""
    head = ATTRIBUTE.sub(" ", head).rstrip()
    if not head.endswith(")") or "=" in head:
        return False
    return not re.match(r"\s*(typedef|struct|union|enum)\b[^()]*$", head)


def function_name(head):
    """Name in a function's head: the word before the first open bracket."""
    m = re.search(r"(\w+)\s*\(", ATTRIBUTE.sub(" ", head))
    return m.group(1) if m else None


def variable_name(head):
    """Name of a variable defined at file scope, or None when it is none."""
    head = ATTRIBUTE.sub(" ", head)
    left = head.split("=", 1)[0].strip()
    if re.match(r"(typedef|extern|_Static_assert|static_assert)\b", left):
        return None
    pointer = re.match(r"[^()]*\(\s*\*+\s*(?:const\s+)?(\w+)\s*"
                        r"(?:\[[^\]]*\]\s*)*\)\s*\(", left)
    if pointer:
        return pointer.group(1)
    if "(" in left:
        return None
    left = re.sub(r"(\[[^\]]*\]\s*)+$", "", left).strip()
    m = re.match(r"(.*[\s*])(\w+)$", left)
    if not m or re.fullmatch(r"\s*(?:struct|union|enum)\s*", m.group(1)):
        return None
    return m.group(2)


def is_constant(head):
    """Whether a variable's own storage is read-only."""
    left = ATTRIBUTE.sub(" ", head).split("=", 1)[0]
    if "(" in left:
        return bool(re.search(r"\(\s*\*+\s*const\b", left))
    if "*" in left:
        return "const" in left[left.rindex("*"):]
    return bool(re.search(r"\bconst(?:expr)?\b", left))
