"""Shared by system tests in Python: a telemark, its data folder, and checks
that name what went wrong."""
import glob, json, os, sqlite3, subprocess, sys, time


# The first of the ports that are this test's alone ("# ports: N" in its
# script says how many; ./dev deals them out).
PORTS = int(os.environ['TEST_PORTS'])


def port_range(first, count):
    """For --media-ports: count ports from the first + PORTS."""
    return f'{PORTS + first}-{PORTS + first + count - 2}'


class Failed(Exception):
    pass


class House:
    checks = 0  # of all houses

    def __init__(self, telemark, folder, name):
        self.telemark, self.folder = telemark, f'{folder}/{name}'
        os.makedirs(self.folder, exist_ok=True)
        self.data = f'{self.folder}/data'
        self.log = f'{self.folder}/serve.jsonl'

    def path(self, name):
        return name if name.startswith('/') else f'{self.folder}/{name}'

    def write(self, name, content):
        data = content if isinstance(content, bytes) else content.encode()
        with open(self.path(name), 'wb') as f:
            f.write(data)
        return self.path(name)

    def args(self, words):
        return [self.telemark, *words]

    def env(self):
        return dict(os.environ, TELEMARK_DATA=self.data)

    def run(self, *words, timeout=60):
        return subprocess.run(self.args(words), capture_output=True, text=True,
                              errors='replace', env=self.env(),
                              timeout=timeout)

    def must(self, *words):
        """Runs a command that has to work; its standard output."""
        done = self.run(*words)
        if done.returncode != 0:
            raise Failed(f'{words}: exit {done.returncode}: {done.stdout}'
                         f'{done.stderr}')
        return done.stdout

    def json(self, *words):
        return json.loads(self.must(*words, '--json'))

    def check(self, ok, what):
        House.checks += 1
        if not ok:
            raise Failed(what)

    def refused(self, words, says, code=1, books=True):
        """The command refuses with this exit code, its message has every
        text of says, and the data folder is as it was before (books=False:
        a server works in it)."""
        before = self.books()
        done = self.run(*words)
        said = done.stderr
        name = ' '.join(os.path.basename(w) for w in words)
        self.check(done.returncode == code,
                   f'{name}: exit {done.returncode}, not {code}: {said}')
        for text in says:
            self.check(text in said, f'{name}: does not say {text!r}: {said}')
        self.check('Sanitizer' not in said, f'{name}: {said}')
        self.check(said.count('\n') <= 32, f'{name}: talks too much: {said}')
        self.check(not books or self.books() == before,
                   f'{name}: changed the books')
        self.no_parts(name)
        return said

    def no_parts(self, name):
        parts = glob.glob(f'{self.data}/**/*.part', recursive=True)
        self.check(not parts, f'{name}: left {parts}')

    def books(self):
        """Everything a user would call his data, as counts and sums."""
        if not os.path.exists(f'{self.data}/telemark.db'):
            return {}
        db = sqlite3.connect(f'file:{self.data}/telemark.db?mode=ro', uri=True,
                             timeout=20)
        try:
            tables = [r[0] for r in db.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table'")]
            return {t: db.execute(f'SELECT count(*) FROM "{t}"').fetchone()[0]
                    for t in sorted(tables) if not t.startswith('sqlite')}
        except sqlite3.DatabaseError:
            return {}
        finally:
            db.close()

    def rows(self, sql):
        db = sqlite3.connect(f'file:{self.data}/telemark.db?mode=ro', uri=True,
                             timeout=20)
        try:
            return db.execute(sql).fetchall()
        finally:
            db.close()

    def serve(self, *more, log=None):
        out = open(log or self.log, 'a')
        return subprocess.Popen(
            self.args(['serve', *more]), stderr=out, stdin=subprocess.DEVNULL,
            env=self.env())

    def serve_ready(self, *more):
        """A server that is ready. Not asked by a command: without a server
        that would take the folder itself."""
        ready = len(self.events('ready'))
        p = self.serve(*more)
        self.wait('the server', lambda: len(self.events('ready')) > ready or
                  p.poll() is not None, 30)
        self.check(p.poll() is None, 'the server did not start: '
                   f'{open(self.log, errors="replace").read()[-500:]}')
        return p

    def events(self, name=None):
        found = []
        if os.path.exists(self.log):
            for line in open(self.log, errors='replace'):
                if line.startswith('{'):
                    e = json.loads(line)
                    if name is None or e.get('event') == name:
                        found.append(e)
        return found

    def wait(self, what, fn, seconds=30):
        end = time.time() + seconds
        while time.time() < end:
            got = fn()
            if got:
                return got
            time.sleep(0.05)
        raise Failed(f'{what}: not within {seconds} s')

    def verify(self):
        said = self.json('journal', 'verify')
        self.check(said['broken_seq'] == 0, f'journal: {said}')
        return said['entries']


def stop(process, seconds=30):
    """Ends a process of ours, kindly first; its exit code."""
    if process.poll() is None:
        process.terminate()
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise Failed('a process did not end when it was told to')


def main(house, tests):
    """Runs each test; prints a line each; exit 1 at the first failure."""
    only = sys.argv[3:]  # names of tests, for who looks into one
    for test in tests:
        if only and test.__name__ not in only:
            continue
        began = time.time()
        before = House.checks
        try:
            why = test(house)
        except Failed as e:
            print(f'FAILED {test.__name__}: {e}')
            sys.exit(1)
        took = time.time() - began
        if isinstance(why, str):
            print(f'skipped {test.__name__}: {why}')
        else:
            print(f'ok {test.__name__}: {House.checks - before} checks, '
                  f'{took:.1f} s', flush=True)
