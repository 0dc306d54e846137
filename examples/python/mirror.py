"""The world as a seat sees it, decoded as docs/PROTOCOL.md says."""

WIDTH = {1: 8, 2: 16, 3: 32, 4: 8, 5: 16, 6: 32, 7: 32, 8: 32, 9: 16, 10: 16, 11: 32}  # Kind: bits
SIGNED = {1, 2, 3, 8}  # INT8, INT16, INT32, FIXED
BITMAP_ROWS = 28


def unzigzag(v):
    return (v >> 1) ^ -(v & 1)


class Column:
    def __init__(self, spec):
        self.name, self.linear, self.bits, self.signed = spec.name, spec.linear, WIDTH[spec.kind], spec.kind in SIGNED

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

    def leave(self, gaps):
        gone, at = set(), 0
        for gap in gaps:
            gone.add(at + gap)
            at += gap + 1
        for rows in [self.ids, *self.values, *self.changes]:
            rows[:] = [v for i, v in enumerate(rows) if i not in gone]

    def change(self, numbers):
        it, rows = iter(numbers), []
        for header in it:
            column, how = header >> 2, header & 3
            if how == 1:
                rows, at = [], 0
                for _ in range(next(it)):
                    at += next(it)
                    rows.append(at)
                    at += 1
            elif how == 2:
                rows = []
                for base in range(0, len(self.ids), BITMAP_ROWS):
                    word = next(it)
                    rows += [base + i for i in range(BITMAP_ROWS) if word >> i & 1]
            elif how == 3:
                rows = range(len(self.ids))
            c = self.columns[column]
            for row in rows:
                residual = unzigzag(next(it))
                self.values[column][row] = c.value(self.values[column][row] + residual)
                if c.linear:
                    self.changes[column][row] = c.change(self.changes[column][row] + residual)

    def enter(self, numbers):
        it = iter(numbers)
        for row in it:
            self.ids.append(row)
            for i, c in enumerate(self.columns):
                v = next(it)
                self.values[i].append(unzigzag(v) if c.signed else v)
                self.changes[i].append(unzigzag(next(it)) if c.linear else 0)


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

    def apply(self, chunks, now):
        for chunk in chunks:
            at = now - chunk.age
            group = self.groups.get(chunk.group)
            if group is None or chunk.key:
                group = self.groups[chunk.group] = Group(self.tables, at)
            else:
                group.advance(at)
            for change in chunk.table:
                rows = group.lists[change.table]
                rows.leave(change.leave)
                rows.change(change.change)
                rows.enter(change.enter)
        for group in self.groups.values():
            group.advance(now)


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
        for group in frame.unsee:
            self.shared.groups.pop(group, None)
        self.shared.apply(frame.chunk, frame.tick)
        self.own.apply(frame.own, frame.tick)
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
