# SPDX-License-Identifier: GPL-2.0-only
"""Finds what can be changed in C++ sources, for mutate.py: one Edit for each place.

Leaves out, and counts: what stands in a constant expression (the choice is made at run time), with
the initial values of a type that the file makes constants of; lines for the log and what decides
on nothing else (no candidate's are compared); assertions; and functions whose type has no constant
to return early.
Source: libclang's Python binding; operators as in docs/mutation-score.md.
"""
import re
from collections import Counter
from dataclasses import dataclass, field, replace

from clang import cindex
from clang.cindex import CursorKind as K, TypeKind as T

COMPARE = {"<": ("less", "<="), "<=": ("less_equal", "<"), ">": ("greater", ">="),
           ">=": ("greater_equal", ">"), "==": ("equal", "!="), "!=": ("not_equal", "==")}
LOGIC = {"&&": "||", "||": "&&"}
ARITHMETIC = {"+": "-", "-": "+", "*": "/", "/": "*", "&": "|", "|": "&", "<<": ">>", ">>": "<<"}
GUARDS = {"MutexGuard", "SpinGuard"}
LOCK_CALLS = {"mutex_lock": "mutex", "mutex_unlock": "mutex", "spin_lock": "spin",
              "spin_unlock": "spin", "down_read": "read", "up_read": "read",
              "down_write": "write", "up_write": "write"}
FUNCTIONS = {K.FUNCTION_DECL, K.CXX_METHOD, K.CONSTRUCTOR, K.DESTRUCTOR, K.FUNCTION_TEMPLATE,
             K.CONVERSION_FUNCTION}
INTEGERS = {T.INT, T.UINT, T.LONG, T.ULONG, T.SHORT, T.USHORT, T.UCHAR, T.SCHAR, T.LONGLONG,
            T.ULONGLONG}
LOG_CALL = r"[\w.>-]*\bk_?\.log\("
# From here on a literal is halved: one more millisecond of a second changes nothing to see.
LARGE = 1000
MAX_TEXT = 140


@dataclass
class Change:
    """One mutant. `before` and `after` are source text; what is deleted has an empty `after`."""
    operator: str
    before: str
    after: str
    number: int = 0


@dataclass
class Edit:
    """A span of a file, the spans in it that keep edits of their own, and how it is written."""
    begin: int
    end: int
    layer: int                      # of edits with the same span: the least is the outermost
    slots: list                     # spans
    write: object                   # function(texts of the slots, changes) -> text
    changes: list
    function: str = ""


@dataclass
class Found:
    edits: list = field(default_factory=list)
    left_out: Counter = field(default_factory=Counter)


@dataclass
class Context:
    function: str = ""
    constant: bool = False
    logged: bool = False            # decides on a line for the log only
    result: str = ""                # canonical type that `return` gives; of a lambda unknown


def squeeze(text):
    text = re.sub(r"\s+", " ", re.sub(r"//[^\n]*", "", text)).strip()
    return text if len(text) <= MAX_TEXT else text[:MAX_TEXT - 3] + "..."


def span(cursor):
    return cursor.extent.start.offset, cursor.extent.end.offset


def children(cursor):
    return list(cursor.get_children())


def is_expression(cursor):
    return cursor.kind.is_expression()


class Finder:
    """All edits of one file, as one translation unit sees it."""

    def __init__(self, path, text):
        self.path = path
        self.raw = text.encode()
        self.found = Found()
        self.locks = {}
        self.seen = set()
        self.logged = set()             # spans of conditions that ask a call whether to log
        self.constants = set()          # types that this file makes a constant of

    def visit_unit(self, unit):
        self.find_constants(unit.cursor)
        for cursor in children(unit.cursor):
            self.visit(cursor, Context())

    # --- the walk --------------------------------------------------------------------------------

    def visit(self, cursor, context):
        place = cursor.location.file
        if place is not None and place.name != self.path:
            return
        context = self.context_of(cursor, context)
        log_test = self.log_test(cursor)
        if log_test is not None:
            self.logged.update(self.verdict_of(log_test))
        if cursor.extent.start.file is not None and cursor.extent.start.file.name == self.path:
            self.look_at(cursor, context)
        name_at = cursor.location.offset
        for index, child in enumerate(children(cursor)):
            inner = context
            if self.is_constant_child(cursor, child, index, name_at):
                inner = replace(context, constant=True)
            elif log_test is not None and child == log_test:
                inner = replace(context, logged=not self.calls(child))
            self.visit(child, inner)

    def find_constants(self, cursor):
        for child in children(cursor):
            place = child.location.file
            if place is None or place.name != self.path:
                continue
            if child.kind == K.NAMESPACE:
                self.find_constants(child)
            elif child.kind == K.VAR_DECL and "constexpr" in self.head_of(child):
                self.constants.add(child.type.get_canonical().spelling.replace("const ", ""))

    def head_of(self, cursor):
        return self.text(cursor.extent.start.offset, cursor.location.offset)

    def text(self, begin, end):
        return self.raw[begin:end].decode()

    def of(self, cursor):
        return self.text(*span(cursor))

    def context_of(self, cursor, context):
        kind = cursor.kind
        if kind in FUNCTIONS:
            constant = bool(re.search(r"\bconst(expr|eval)\b", self.head_of(cursor)))
            result = cursor.result_type.get_canonical().spelling
            return Context(self.name_of(cursor), constant, result=result)
        if kind == K.LAMBDA_EXPR:
            return replace(context, result="")
        if kind == K.FIELD_DECL and \
                cursor.semantic_parent.type.get_canonical().spelling in self.constants:
            return replace(context, constant=True)
        if kind == K.VAR_DECL and not context.constant:
            head = self.head_of(cursor)
            static = cursor.semantic_parent.kind in (K.NAMESPACE, K.TRANSLATION_UNIT, K.CLASS_DECL,
                                                     K.STRUCT_DECL)
            if static or re.search(r"\b(constexpr|constinit|static)\b", head):
                return replace(context, constant=True)
        constant_kinds = (K.STATIC_ASSERT, K.ENUM_CONSTANT_DECL)
        return replace(context, constant=True) if kind in constant_kinds else context

    def log_test(self, cursor):
        """The condition of an `if` with one consequence, a line for the log; else None."""
        parts = children(cursor) if cursor.kind == K.IF_STMT else []
        if len(parts) != 2 or not is_expression(parts[0]):
            return None
        body = parts[1]
        if body.kind == K.COMPOUND_STMT and len(children(body)) == 1:
            body = children(body)[0]
        logs = is_expression(body) and re.match(LOG_CALL, self.of(body))
        return parts[0] if logs else None

    def verdict_of(self, test):
        """Spans of a condition itself, without what it asks: the whole, and what is compared to."""
        found = self.operands(test)
        return [span(test)] + ([span(found[2])] if found else [])

    def calls(self, cursor):
        return cursor.kind == K.CALL_EXPR or any(self.calls(c) for c in children(cursor))

    def is_constant_child(self, cursor, child, index, name_at):
        if not is_expression(child):
            return False
        if cursor.kind == K.CASE_STMT:
            return index == 0
        if cursor.kind in (K.DECL_REF_EXPR, K.MEMBER_REF_EXPR, K.TYPE_REF, K.TEMPLATE_REF):
            # What is not the object of a member is an argument of a template.
            return cursor.kind != K.MEMBER_REF_EXPR or child.extent.start.offset > span(cursor)[0]
        if cursor.kind in (K.VAR_DECL, K.FIELD_DECL, K.PARM_DECL, K.TYPE_ALIAS_DECL, K.CXX_METHOD,
                           K.FUNCTION_DECL):
            bound = self.raw[name_at:child.extent.start.offset].rstrip().endswith(b"[")
            return child.extent.end.offset <= name_at or bound
        if cursor.kind == K.IF_STMT and index == 0:
            return self.of(cursor).startswith("if constexpr")
        return self.in_angles(cursor, child)

    def in_angles(self, cursor, child):
        """Whether the child is an argument of a template, as in `std::array<int, 4>{}`."""
        before = self.text(span(cursor)[0], child.extent.start.offset)
        if child.kind != K.INTEGER_LITERAL or "<" not in before:
            return False
        return bool(re.search(r"<[\w:,\s<>]*$", before)) and \
            self.raw[child.extent.end.offset:].lstrip()[:1] in (b">", b",") and \
            not re.search(r"<<\s*$|\s<\s*$", before)

    def name_of(self, cursor):
        names = [cursor.spelling]
        parent = cursor.semantic_parent
        while parent is not None and parent.kind in (K.CLASS_DECL, K.STRUCT_DECL, K.CLASS_TEMPLATE):
            names.insert(0, parent.spelling)
            parent = parent.semantic_parent
        return "::".join(names)

    # --- what to change --------------------------------------------------------------------------

    def add(self, context, begin, end, layer, slots, write, changes):
        if any((begin, end, layer, c.operator) in self.seen for c in changes):
            return
        for c in changes:
            self.seen.add((begin, end, layer, c.operator))
        if context.constant:
            self.found.left_out["in a constant expression"] += len(changes)
            return
        if context.logged or (begin, end) in self.logged:
            self.found.left_out["decides on a line for the kernel log only"] += len(changes)
            return
        self.found.edits.append(Edit(begin, end, layer, slots, write, changes, context.function))

    def look_at(self, cursor, context):
        kind = cursor.kind
        if kind == K.INTEGER_LITERAL:
            self.literal(cursor, context)
        elif kind == K.CXX_BOOL_LITERAL_EXPR:
            self.truth(cursor, context)
        elif kind == K.DECL_REF_EXPR:
            self.named_constant(cursor, context)
        elif kind == K.DECL_STMT:
            self.guard(cursor, context)
        elif kind == K.RETURN_STMT:
            self.returned(cursor, context)
        elif kind in FUNCTIONS and cursor.is_definition():
            self.early_return(cursor, context)
        if kind == K.COMPOUND_ASSIGNMENT_OPERATOR:
            self.assignment(cursor, context)
        elif is_expression(cursor):
            self.binary(cursor, context)
        self.condition(cursor, context)
        self.statements(cursor, context)

    def literal(self, cursor, context):
        begin, end = span(cursor)
        word = self.text(begin, end)
        if re.fullmatch(r"E[A-Z0-9]+", word):
            other = word + " + 1"
        else:
            number = re.fullmatch(r"(0[xX][0-9a-fA-F']+|[0-9']+)([uUlL]*)", word)
            if number is None:
                self.found.left_out["a literal of another form"] += 1
                return
            value = int(number[1].replace("'", ""), 0)
            other = 0 if value == 1 else value // 2 if value >= LARGE else value + 1
            other = str(other) + number[2]
        self.constant(cursor, context, word, other)

    def truth(self, cursor, context):
        word = self.of(cursor)
        self.constant(cursor, context, word, "false" if word == "true" else "true")

    def constant(self, cursor, context, word, other):
        begin, end = span(cursor)
        self.add(context, begin, end, 9, [],
                 lambda _, c: f"(mutation::on({c[0].number}) ? {other} : {word})",
                 [Change("constant", word, other)])

    def named_constant(self, cursor, context):
        target = cursor.referenced
        if target is None:
            return
        if target.kind == K.VAR_DECL:
            wanted = re.fullmatch(r"k[A-Z]\w*", target.spelling)
        else:
            wanted = target.kind == K.ENUM_CONSTANT_DECL
        if not wanted:
            return
        word = self.of(cursor)
        if not word.endswith(target.spelling):
            return
        neighbour = self.neighbour(target)
        if neighbour is None:
            self.found.left_out["a constant without a neighbour of its type"] += 1
            return
        self.constant(cursor, context, word, word[:len(word) - len(target.spelling)] + neighbour)

    def neighbour(self, target):
        """The next constant of the same type in the same scope, with another value; after the last
        one the one before comes."""
        wanted = target.type.get_canonical().spelling
        of_file = target.location.file.name
        row = [c for c in children(target.semantic_parent)
               if c.kind == target.kind and c.location.file.name == of_file and
               c.type.get_canonical().spelling == wanted and
               (c.kind == K.ENUM_CONSTANT_DECL or re.fullmatch(r"k[A-Z]\w*", c.spelling))]
        if len(row) < 2:
            return None
        at = next((i for i, c in enumerate(row) if c == target), None)
        if at is None:
            return None
        others = row[at + 1:] + row[:at][::-1]
        return next((c.spelling for c in others if self.value(c) != self.value(target)), None)

    def value(self, constant):
        """What a constant is made of, to see that two are the same."""
        if constant.kind == K.ENUM_CONSTANT_DECL:
            return constant.enum_value
        words = [t.spelling.replace("'", "") for t in constant.get_tokens()]
        return words[words.index("=") + 1:] if "=" in words else [constant.spelling]

    def guard(self, cursor, context):
        parts = children(cursor)
        if len(parts) != 1 or parts[0].kind != K.VAR_DECL:
            return
        variable = parts[0]
        kind = variable.type.get_canonical().spelling.split("::")[-1]
        text = self.of(cursor)
        match = re.match(r"([\w:]+)\s+(\w+)\(", text)
        if kind not in GUARDS or match is None:
            return
        begin = span(cursor)[0]
        self.add(context, begin, begin + match.end(), 5, [],
                 lambda _, c: f"mutation::Guard<{match[1]}> {match[2]}"
                              f"(mutation::on({c[0].number}), ",
                 [Change("lock", squeeze(text), "")])

    def returned(self, cursor, context):
        parts = children(cursor)
        if len(parts) != 1 or context.result not in ("bool", ""):
            return
        value = parts[0]
        plain = value.kind in (K.CXX_BOOL_LITERAL_EXPR, K.INTEGER_LITERAL)
        if value.type.get_canonical().kind != T.BOOL or plain:
            return
        self.negate(value, context, "return ")

    def negate(self, value, context, prefix):
        if self.flipped_as_a_whole(value):
            return
        begin, end = span(value)
        self.add(context, begin, end, 6, [(begin, end)],
                 lambda s, c: f"(mutation::on({c[0].number}) != bool({s[0]}))",
                 [Change("negate", squeeze(self.of(value)), prefix + "!(...)")])

    def flipped_as_a_whole(self, value):
        while value.kind in (K.UNEXPOSED_EXPR, K.PAREN_EXPR) and len(children(value)) == 1:
            value = children(value)[0]
        operands = self.operands(value)
        return operands is not None and operands[1] in ("==", "!=")

    def condition(self, cursor, context):
        kind = cursor.kind
        parts = children(cursor)
        if kind == K.CONDITIONAL_OPERATOR and parts:
            return self.negate(parts[0], context, "")
        if kind == K.DO_STMT and len(parts) == 2:
            return self.negate(parts[1], context, "")
        if kind == K.IF_STMT and self.of(cursor).startswith("if constexpr"):
            return None
        if kind in (K.IF_STMT, K.WHILE_STMT):
            tests = [p for p in parts if is_expression(p)]
            declared = any(p.kind == K.VAR_DECL for p in parts)
            if tests and not declared and tests[0] != parts[-1]:
                return self.negate(tests[0], context, "")
        if kind == K.FOR_STMT:
            for part in parts[:-1]:
                # Only the condition stands between two semicolons.
                before = self.raw[:part.extent.start.offset].rstrip()[-1:]
                after = self.raw[part.extent.end.offset:].lstrip()[:1]
                if is_expression(part) and before == b";" and after == b";":
                    return self.negate(part, context, "")
        return None

    def operands(self, cursor):
        """(left, operator, right) of a comparison or of && and ||, overloaded or not."""
        if cursor.kind not in (K.BINARY_OPERATOR, K.CALL_EXPR, K.UNEXPOSED_EXPR):
            return None
        parts = sorted((p for p in children(cursor) if is_expression(p)),
                       key=lambda p: span(p))
        parts = [p for p in parts if self.of(p) not in COMPARE]
        if len(parts) != 2 or span(parts[0])[0] != span(cursor)[0] or \
                span(parts[1])[1] != span(cursor)[1]:
            return None
        between = re.sub(r"//[^\n]*", "", self.text(span(parts[0])[1], span(parts[1])[0])).strip()
        if between in COMPARE or between in LOGIC or between in ARITHMETIC:
            return parts[0], between, parts[1]
        return None

    def binary(self, cursor, context):
        found = self.operands(cursor)
        if found is None:
            return
        left, sign, right = found
        if sign in ARITHMETIC:
            return self.arithmetic(cursor, context, *found)
        begin, end = span(cursor)
        before = squeeze(self.text(begin, end))
        if sign in LOGIC:
            def write(s, c):
                on = f"mutation::on({c[0].number})"
                return f"({on} != (({on} != bool({s[0]})) {sign} ({on} != bool({s[1]}))))"
            change = Change("logic", before, LOGIC[sign])
        else:
            name, other = COMPARE[sign]

            def write(s, c):
                return f"mutation::left({s[0]}).{name}({c[0].number}, {s[1]})"
            change = Change("compare", before, other)
        return self.add(context, begin, end, 7, [span(left), span(right)], write, [change])

    def arithmetic(self, cursor, context, left, sign, right):
        types = [c.type.get_canonical().kind for c in (cursor, left, right)]
        if cursor.kind != K.BINARY_OPERATOR or any(t not in INTEGERS for t in types):
            return
        (begin, end), other = span(cursor), ARITHMETIC[sign]
        self.add(context, begin, end, 8, [span(left), span(right)],
                 lambda s, c: f"(mutation::on({c[0].number}) ? ({s[0]}) {other} ({s[1]}) : "
                              f"({s[0]}) {sign} ({s[1]}))",
                 [Change("arithmetic", squeeze(self.text(begin, end)), other)])

    def assignment(self, cursor, context):
        """`a |= b` and the like. Only of numbers: an assignment may be an operator of a class."""
        parts = children(cursor)
        if len(parts) != 2 or any(p.type.get_canonical().kind not in INTEGERS for p in parts):
            return
        between = self.text(span(parts[0])[1], span(parts[1])[0]).strip()
        if between[-1:] != "=" or between[:-1] not in ARITHMETIC:
            return
        (begin, end), other = span(cursor), ARITHMETIC[between[:-1]] + "="
        self.add(context, begin, end, 8, [span(p) for p in parts],
                 lambda s, c: f"(mutation::on({c[0].number}) ? ({s[0]}) {other} ({s[1]}) : "
                              f"({s[0]}) {between} ({s[1]}))",
                 [Change("arithmetic", squeeze(self.text(begin, end)), other)])

    # --- statements ------------------------------------------------------------------------------

    def statements(self, cursor, context):
        kind = cursor.kind
        parts = children(cursor)
        if kind == K.COMPOUND_STMT:
            rows = parts
        elif kind == K.IF_STMT:
            tests = [i for i, p in enumerate(parts) if is_expression(p)]
            declared = any(p.kind == K.VAR_DECL for p in parts)
            rows = parts[1:] if declared else parts[tests[0] + 1:] if tests else []
        elif kind in (K.FOR_STMT, K.WHILE_STMT, K.CXX_FOR_RANGE_STMT, K.CASE_STMT, K.DEFAULT_STMT):
            rows = parts[-1:]
        elif kind == K.DO_STMT:
            rows = parts[:1]
        else:
            return
        for part in rows:
            if is_expression(part) and part.kind != K.LAMBDA_EXPR:
                self.deleted(part, context)

    def deleted(self, statement, context):
        begin, end = span(statement)
        rest = re.match(rb"\s*;", self.raw[end:])
        if rest is None:
            return
        text = self.text(begin, end)
        if re.search(r"\bassert_(held|locked)\(", text):
            self.found.left_out["an assertion"] += 1
            return None
        if re.match(LOG_CALL, text):
            self.found.left_out["a line for the kernel log, which nobody compares"] += 1
            return None
        lock = re.match(r"(.*)[.>](\w+)\((.*)\)$", text)
        if lock is not None and lock[2] in LOCK_CALLS:
            return self.lock_call(begin, end + rest.end(), context, lock)
        self.add(context, begin, end + rest.end(), 4, [(begin, end)],
                 lambda s, c: f"{{ if (!mutation::on({c[0].number})) {s[0]}; }}",
                 [Change("delete", squeeze(text), "")])
        return None

    def lock_call(self, begin, end, context, lock):
        """Lock and unlock of one lock in one function go together: one mutant."""
        key = (context.function, lock[1], LOCK_CALLS[lock[2]], lock[3])
        if (begin, end, 4, "lock") in self.seen:
            return
        known = self.locks.get(key)
        if known is None:
            known = self.locks[key] = Change("lock", squeeze(lock[0]), "")
        self.add(context, begin, end, 4, [(begin, end - 1)],
                 lambda s, c: f"{{ if (!mutation::on({c[0].number})) {s[0]}; }}", [known])

    def early_return(self, cursor, context):
        body = next((c for c in children(cursor) if c.kind == K.COMPOUND_STMT), None)
        if body is None or not children(body):
            return
        values = self.early_values(cursor)
        if values is None:
            self.found.left_out["no constant of the function's type"] += 1
            return
        parts = children(body)
        first = squeeze(self.of(parts[0]))
        if values == [""] and len(parts) == 1 and is_expression(parts[0]):
            return  # the same as deleting it
        values = [v for v in values if first != f"return {v}"]
        at = body.extent.start.offset + 1
        changes = [Change("return", "{", f"return {v};" if v else "return;") for v in values]
        if not changes:
            return

        def write(_, c):
            return "".join(f" if (mutation::on({x.number})) {x.after}" for x in c)
        self.add(context, at, at, 3, [], write, changes)

    def early_values(self, cursor):
        if cursor.kind in (K.CONSTRUCTOR, K.DESTRUCTOR):
            return [""]
        kind = cursor.result_type.get_canonical().kind
        spelling = cursor.result_type.get_canonical().spelling
        if kind == T.VOID:
            return [""]
        if kind == T.BOOL:
            return ["false", "true"]
        if kind in INTEGERS:
            return ["0"]
        if spelling.startswith("protm::contract::Ptr<"):
            return ["nullptr"]
        if spelling.startswith("tl::expected<"):
            return ["tl::unexpected(-EIO)"]
        return None


def found_in(path, text, unit):
    finder = Finder(path, text)
    finder.visit_unit(unit)
    return finder.found


def parse(index, path, arguments):
    unit = index.parse(path, args=arguments)
    worst = [d for d in unit.diagnostics if d.severity >= cindex.Diagnostic.Error]
    return unit, [str(d) for d in worst]
