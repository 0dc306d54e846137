"""The world as a seat sees it, decoded as docs/PROTOCOL.md says."""

WIDTH = {1: 8, 2: 16, 3: 32, 4: 8, 5: 16, 6: 32, 7: 32, 8: 32, 9: 16, 10: 32, 11: 32, 14: 32}  # Kind: bits
SIGNED = {1, 2, 3, 8}  # INT8, INT16, INT32, FIXED
BITMAP_ROWS = 28


def unzigzag(v):
    return (v >> 1) ^ -(v & 1)


class Column:
    def __init__(self, spec):
        self.name, self.linear, self.bits, self.signed = spec.name, spec.linear, WIDTH.get(spec.kind, 32), spec.kind in SIGNED

    def value(self, v):
        """Wraps a sum at the column's width."""
        v &= (1 << self.bits) - 1
        return v - (1 << self.bits) if self.signed and v >> (self.bits - 1) else v

    def change(self, d):
        """Wraps a difference at the column's width, signed."""
        d &= (1 << self.bits) - 1
        return d - (1 << self.bits) if d >> (self.bits - 1) else d


class List:
    """The rows of one table in one group, in wire order."""

    def __init__(self, columns):
        self.columns, self.ids = columns, []
        self.values = [[] for _ in columns]
        self.changes = [[] for _ in columns]

    def advance(self):
        for c, values, changes in zip(self.columns, self.values, self.changes):
            if c.linear:
                values[:] = [c.value(v + d) for v, d in zip(values, changes)]

    def take(self, at):
        """Takes the row at a position out: its id, values and changes."""
        return self.ids.pop(at), [v.pop(at) for v in self.values], [c.pop(at) for c in self.changes]

    def put(self, row, values, changes):
        self.ids.append(row)
        for k in range(len(self.columns)):
            self.values[k].append(values[k])
            self.changes[k].append(changes[k])

    def leave(self, numbers):
        return [self.take(at) for at in reversed(gaps(numbers))]

    def change(self, numbers):
        rows, more = [], True
        while more:
            head = next(numbers)
            column, more, how = head >> 3, head & 4, head & 3
            if how == 1:
                rows = gaps(numbers)
            elif how == 2:
                rows = []
                for base in range(0, len(self.ids), BITMAP_ROWS):
                    word = next(numbers)
                    rows += [base + i for i in range(BITMAP_ROWS) if word >> i & 1]
            elif how == 3:
                rows = range(len(self.ids))
            c = self.columns[column]
            for row in rows:
                residual = unzigzag(next(numbers))
                self.values[column][row] = c.value(self.values[column][row] + residual)
                if c.linear:
                    self.changes[column][row] = c.change(self.changes[column][row] + residual)

    def enter(self, numbers):
        row, values, changes = next(numbers), [], []
        for c in self.columns:
            v = next(numbers)
            values.append(c.value(unzigzag(v) if c.signed else v))
            changes.append(c.change(unzigzag(next(numbers))) if c.linear else 0)
        self.put(row, values, changes)


def gaps(numbers):
    """Ascending positions: a count, then distances."""
    rows, at = [], 0
    for _ in range(next(numbers)):
        at += next(numbers)
        rows.append(at)
        at += 1
    return rows


class Group:
    def __init__(self, tables, tick):
        self.lists, self.tick = [List(columns) for columns in tables], tick

    def advance(self, tick):
        while self.tick < tick:
            self.tick += 1
            for rows in self.lists:
                rows.advance()


class Plane:
    """Either what groups share or the private columns of our own rows."""

    def __init__(self, schema, private):
        self.tables = [[Column(c) for c in t.column if c.private == private] for t in schema.table]
        self.groups = {}

    def advance(self, tick):
        for group in self.groups.values():
            group.advance(tick)

    def apply(self, chunks, now):
        number, gone = 0, {}
        for chunk in chunks:
            number += chunk.group
            at = now - chunk.age
            group = self.groups.get(number)
            if group is None or chunk.key:
                group = self.groups[number] = Group(self.tables, at)
            group.advance(at)
            self.sections(group, iter(chunk.rows), gone)

    def sections(self, group, numbers, gone):
        """gone: the rows that left in this frame, by table and id."""
        for head in numbers:
            table, section = head >> 2, head & 3
            rows = group.lists[table]
            if section == 0:
                gone.update({(table, row[0]): row for row in rows.leave(numbers)})
            elif section == 1:
                rows.change(numbers)
            else:
                for _ in range(next(numbers)):
                    if section == 2:
                        rows.enter(numbers)
                    else:
                        rows.put(*self.moved(table, next(numbers), gone))

    def moved(self, table, row, gone):
        """The row as its group has it, which has just lost it or will."""
        if (table, row) in gone:
            return gone[table, row]
        rows = next(g.lists[table] for g in self.groups.values() if row in g.lists[table].ids)
        at = rows.ids.index(row)
        return row, [v[at] for v in rows.values], [c[at] for c in rows.changes]


class Gap(Exception):
    """A snapshot is missing: ask for keyframes with ClientFrame.resync."""


class Mirror:
    def __init__(self, schema):
        self.names = [t.name for t in schema.table]
        self.shared, self.own, self.tick = Plane(schema, False), Plane(schema, True), None

    def apply(self, frame):
        if frame.key:
            self.shared.groups.clear()
            self.own.groups.clear()
        elif self.tick is None or self.tick + 1 + frame.skipped != frame.tick:
            self.tick = None
            raise Gap(f"tick {frame.tick} after {self.tick}")
        for plane in (self.shared, self.own):
            plane.advance(frame.tick - frame.skipped)
        self.shared.apply(frame.chunk, frame.tick)
        self.own.apply(frame.own, frame.tick)
        for number in frame.unsee:
            self.shared.groups.pop(number, None)
        for plane in (self.shared, self.own):
            plane.advance(frame.tick)
        self.tick = frame.tick

    def rows(self, table):
        """Every visible row of a table: {id: {column: value}}."""
        index, out = self.names.index(table), {}
        for plane in (self.shared, self.own):
            for group in plane.groups.values():
                rows = group.lists[index]
                for i, row in enumerate(rows.ids):
                    out.setdefault(row, {}).update({c.name: rows.values[k][i] for k, c in enumerate(rows.columns)})
        return out
