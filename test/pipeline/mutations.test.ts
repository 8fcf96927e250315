import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compileJob } from "#src/jobs/compile.js";
import { findCases } from "#src/local/cases/find.js";
import { runCases, type CaseOutcome } from "#src/local/cases/run.js";
import { Engine } from "#src/local/engine.js";
import type { Project } from "#src/project/load.js";
import { loadOwnProject, projectRoot } from "../support/project.js";

/** A mistake in a job's SQL: a text that stands there once, what would stand in its place, and the case that notices. */
type Mutation = readonly [what: string, text: string, instead: string, noticedBy: string];

const mutations: Readonly<Record<string, readonly Mutation[]>> = {
  prepare: [
    [
      "hits without an address are good",
      "userid is null or ip is null or hit_time",
      "userid is null or hit_time",
      "Hits without a key, with a bad time or of another hour are rejected, the others stay",
    ],
    [
      "hits of later hours are good",
      "'yyyy-MM-dd HH:mm:ss')) <> date_ts",
      "'yyyy-MM-dd HH:mm:ss')) < date_ts",
      "Hits without a key, with a bad time or of another hour are rejected, the others stay",
    ],
    [
      "sales without a date have a bad value",
      "invoiceno is null or invoicedate is null",
      "invoiceno is null",
      "Sales without a key, with a bad value or of another hour are rejected, the others stay",
    ],
    [
      "four places of a price",
      "([.][0-9]{1,3})?') then",
      "([.][0-9]{1,4})?') then",
      "Sales without a key, with a bad value or of another hour are rejected, the others stay",
    ],
    [
      "no price",
      "        or unitprice is null\n",
      "",
      "Sales without a key, with a bad value or of another hour are rejected, the others stay",
    ],
    [
      "no quantity",
      "        or to_int(quantity) is null\n",
      "",
      "Sales without a key, with a bad value or of another hour are rejected, the others stay",
    ],
    [
      "the hour of a sale without the shift",
      "86400 * :sales_shift_days)) <>",
      "0)) <>",
      "The shift moves the time of a sale, not its date",
    ],
    [
      "one bad hit rejects its file",
      "r.data_set = 'web-logs' and r.file = _file and r.line = _line",
      "r.data_set = 'web-logs' and r.file = _file",
      "Hits without a key, with a bad time or of another hour are rejected, the others stay",
    ],
    [
      "one bad line rejects its file",
      "r.data_set = 'sales' and r.file = _file and r.line = _line",
      "r.data_set = 'sales' and r.file = _file",
      "Sales without a key, with a bad value or of another hour are rejected, the others stay",
    ],
    [
      "a quantity of 0 is a sale",
      "to_int(quantity) > 0 and",
      "to_int(quantity) >= 0 and",
      "The kind of a line follows from its number, its quantity and its price",
    ],
    [
      "a price of 0 is a sale",
      "to_decimal(unitprice, 12, 3) > 0 then",
      "to_decimal(unitprice, 12, 3) >= 0 then",
      "The kind of a line follows from its number, its quantity and its price",
    ],
    [
      "a cancellation by a small letter",
      "like 'C%'",
      "like 'c%'",
      "The kind of a line follows from its number, its quantity and its price",
    ],
    [
      "no adjustments",
      "    when invoiceno like 'A%' then 'adjustment'\n",
      "",
      "The kind of a line follows from its number, its quantity and its price",
    ],
    [
      "a point stays at the customer's id",
      "length(customerid) - 2",
      "length(customerid) - 1",
      "Lines become typed hits and sales",
    ],
    [
      "customers by their ids alone",
      "order by md5(customerid) asc nulls first, customerid asc",
      "order by customerid asc",
      "With link = demo customers are given to the users of the hour in turn, and invoices to hits, the latest first",
    ],
    [
      "customers without a sale count",
      "from good_lines where kind = 'sale' and customerid is not null) as c\n",
      "from good_lines where customerid is not null) as c\n",
      "With link = demo customers are given to the users of the hour in turn, and invoices to hits, the latest first",
    ],
    [
      "invoices from the last",
      "order by invoiceno asc nulls first) - 1 as j",
      "order by invoiceno desc nulls first) - 1 as j",
      "With link = demo customers are given to the users of the hour in turn, and invoices to hits, the latest first",
    ],
    [
      "hits from the earliest",
      "order by hit_ts desc nulls last) - 1 as place",
      "order by hit_ts asc nulls last) - 1 as place",
      "With link = demo customers are given to the users of the hour in turn, and invoices to hits, the latest first",
    ],
    [
      "identical hits are several",
      "from (select distinct date_ts, userid, hit_ts from",
      "from (select date_ts, userid, hit_ts from",
      "With link = demo customers are given to the users of the hour in turn, and invoices to hits, the latest first",
    ],
    [
      "customers beyond the users",
      "u.place = c.i % u.n",
      "u.place = c.i",
      "With link = demo customers are given to the users of the hour in turn, and invoices to hits, the latest first",
    ],
    [
      "invoices beyond the hits",
      "t.place = v.j % t.m",
      "t.place = v.j",
      "With link = demo customers are given to the users of the hour in turn, and invoices to hits, the latest first",
    ],
    [
      "users for lines that are no sales",
      " and g.kind = 'sale';",
      ";",
      "With link = demo customers are given to the users of the hour in turn, and invoices to hits, the latest first",
    ],
    [
      "another column for Country",
      "when :link_column = 'Country' then g.country",
      "when :link_column = 'Country' then g.customerid",
      "A sale finds its user by the column Country",
    ],
    [
      "the time of a sale without the shift",
      "add_seconds(g.invoicedate, 86400 * :sales_shift_days)",
      "g.invoicedate",
      "The shift moves the time of a sale, not its date",
    ],
    [
      "sales that found no user are lost",
      "\nleft join links l\n",
      "\njoin links l\n",
      "Lines become typed hits and sales",
    ],
    [
      "the price alone as amount",
      "cast(g.quantity as decimal(19,0)) * g.unitprice as amount",
      "g.unitprice as amount",
      "Lines become typed hits and sales",
    ],
  ],
  "map-session-sales": [
    [
      "a pause of exactly the limit ends a session",
      "<= :max_idle_seconds then 0",
      "< :max_idle_seconds then 0",
      "A pause of exactly max_idle_seconds goes on, a second more begins another session",
    ],
    [
      "addresses do not matter",
      "lag(hit_ts) over (partition by userid, ip order",
      "lag(hit_ts) over (partition by userid order",
      "Another address is another session, and bridges no pause",
    ],
    [
      "sessions of the hour before get another name",
      "      max(sessionid) over (partition by userid, ip, n),\n",
      "",
      "A session of the hour before goes on under its name",
    ],
    [
      "the state's own hits are written again",
      "\nwhere is_state = 0;",
      ";",
      "A session of the hour before goes on under its name",
    ],
    [
      "a name without the address",
      "md5(userid || '|' || ip || '|'",
      "md5(userid || '|'",
      "A pause of exactly max_idle_seconds goes on, a second more begins another session",
    ],
    [
      "the landing page without its tie-break",
      "hit_ts asc nulls first, url asc nulls first) as page",
      "hit_ts asc nulls first, url desc nulls last) as page",
      "Of hits of one second the landing page is the least url, the exit page the greatest, and the place that of the least city",
    ],
    [
      "no url comes last",
      "hit_ts asc nulls first, url asc nulls first) as page",
      "hit_ts asc nulls first, url asc nulls last) as page",
      "Of hits of one second the landing page is the least url, the exit page the greatest, and the place that of the least city",
    ],
    [
      "the first page as exit page",
      "case when page = pages then url",
      "case when page = 1 then url",
      "A session of the hour before goes on under its name",
    ],
    [
      "no city comes last",
      "city asc nulls first, country asc nulls first, state",
      "city asc nulls last, country asc nulls first, state",
      "Of hits of one second the landing page is the least url, the exit page the greatest, and the place that of the least city",
    ],
    [
      "no country comes last",
      "country asc nulls first, state asc nulls first\n    ) as place",
      "country asc nulls last, state asc nulls first\n    ) as place",
      "Of hits of one second the landing page is the least url, the exit page the greatest, and the place that of the least city",
    ],
    [
      "no state comes last",
      "state asc nulls first\n    ) as place",
      "state asc nulls last\n    ) as place",
      "Of hits of one second the landing page is the least url, the exit page the greatest, and the place that of the least city",
    ],
    [
      "hits of the last hour alone",
      "  sum(hits) over (",
      "  last_value(hits) over (",
      "A session of the hour before goes on under its name",
    ],
    [
      "the landing page of the last hour",
      "first_value(landing_page)",
      "last_value(landing_page)",
      "A session of the hour before goes on under its name",
    ],
    [
      "the city of the last hour",
      "first_value(city)",
      "last_value(city)",
      "A session of the hour before goes on under its name",
    ],
    [
      "closed by the last hit",
      "hour_key(add_seconds(last_hit, :max_idle_seconds)) as closes",
      "hour_key(last_hit) as closes",
      "A session of the hour before closes without another hit",
    ],
    [
      "closed a second later",
      "add_seconds(last_hit, :max_idle_seconds)) as closes",
      "add_seconds(last_hit, :max_idle_seconds + 1)) as closes",
      "A session closes in the hour of its last hit and max_idle_seconds",
    ],
    [
      "closed although it goes on",
      "where h.next_hour is null;",
      "where h.next_hour is null or h.closes = h.next_hour;",
      "A session of the hour before goes on under its name",
    ],
    [
      "open although it closed",
      "where h.date_ts <> '' and h.closes > h.date_ts",
      "where h.date_ts <> '' and h.closes >= h.date_ts",
      "A pause of exactly max_idle_seconds goes on, a second more begins another session",
    ],
    [
      "the state before is written again",
      "where h.date_ts <> '' and h.closes",
      "where h.closes",
      "A session of the hour before goes on under its name",
    ],
    [
      "lines that are no sales",
      "from sales\nwhere kind = 'sale' and userid is not null\nunion all",
      "from sales\nwhere userid is not null\nunion all",
      "A session without a line has one row, and lines that are no sales, or nobody's, belong to none",
    ],
    [
      "no lines of the hour before",
      "from lines_before;",
      "from lines_before where false;",
      "A line that waited is given to its session when that closes",
    ],
    [
      "the moment of the first hit is outside",
      "s.session_start <= m.sale_ts\n    and (",
      "s.session_start < m.sale_ts\n    and (",
      "A line belongs to a session from its first hit to its last, both included",
    ],
    [
      "the moment of the last hit is outside",
      "s.session_end >= m.sale_ts or",
      "s.session_end > m.sale_ts or",
      "A line belongs to a session from its first hit to its last, both included",
    ],
    [
      "the session that started first",
      "order by s.session_start desc nulls last, s.sessionid asc",
      "order by s.session_start asc nulls last, s.sessionid asc",
      "Of overlapping sessions the one that started latest has the line",
    ],
    [
      "another tie-break of sessions",
      "s.sessionid asc nulls first\n    ) as place",
      "s.sessionid desc nulls first\n    ) as place",
      "Of sessions that started together the one with the smaller sessionid has the line",
    ],
    [
      "sessions without a line are lost",
      "left join (\n  select o.sessionid",
      "join (\n  select o.sessionid",
      "A session closes in the hour of its last hit and max_idle_seconds",
    ],
    [
      "a line waits for each session",
      "select distinct m.came",
      "select m.came",
      "A line waits once, however many sessions it could belong to",
    ],
    [
      "lines of the hour do not wait",
      "and s.date_ts >= m.came",
      "and s.date_ts > m.came",
      "A line waits while its session is open, unless it came before the session began",
    ],
    [
      "a line before a session waits for it",
      "and s.session_start <= m.sale_ts and s.date_ts",
      "and s.date_ts",
      "A line waits while its session is open, unless it came before the session began",
    ],
    [
      "a line waits although its session closed",
      "\n  where o.closed_in is null or o.closed_in > s.date_ts\n",
      "\n",
      "A line of a session that closed does not wait for another that is open",
    ],
    [
      "one spender too few",
      "rank <= :top_spenders",
      "rank < :top_spenders",
      "The top spenders of an hour are counted by sale lines with a user, ties by userid",
    ],
    [
      "the least spenders",
      "order by sum(amount) desc nulls last",
      "order by sum(amount) asc nulls last",
      "The top spenders of an hour are counted by sale lines with a user, ties by userid",
    ],
    [
      "another tie-break of spenders",
      "sum(amount) desc nulls last, userid asc",
      "sum(amount) desc nulls last, userid desc",
      "The top spenders of an hour are counted by sale lines with a user, ties by userid",
    ],
    [
      "spending of nobody",
      "where kind = 'sale' and userid is not null\n  group by",
      "where kind = 'sale'\n  group by",
      "The top spenders of an hour are counted by sale lines with a user, ties by userid",
    ],
    [
      "spending that is no sale",
      "where kind = 'sale' and userid is not null\n  group by",
      "where userid is not null\n  group by",
      "The top spenders of an hour are counted by sale lines with a user, ties by userid",
    ],
  ],
  "daily-top-spenders": [
    [
      "spending that is no sale",
      "where kind = 'sale' and userid is not null",
      "where userid is not null",
      "Spend is summed over the sale lines of all hours of the day",
    ],
    [
      "spending of nobody",
      "where kind = 'sale' and userid is not null",
      "where kind = 'sale'",
      "Spend is summed over the sale lines of all hours of the day",
    ],
    [
      "one spender too few",
      "rank <= :top_spenders",
      "rank < :top_spenders",
      "Ranks have no gaps, ties are ordered by userid, and no more than top_spenders count",
    ],
    [
      "the least spenders",
      "order by sum(amount) desc",
      "order by sum(amount) asc",
      "Spend is summed over the sale lines of all hours of the day",
    ],
    [
      "another tie-break",
      "userid asc nulls first",
      "userid desc nulls last",
      "Ranks have no gaps, ties are ordered by userid, and no more than top_spenders count",
    ],
    [
      "equal spenders share a rank",
      "row_number() over (\n      partition by substr(date_ts, 1, 8) order by sum(amount) desc nulls last, userid asc nulls first",
      "rank() over (\n      partition by substr(date_ts, 1, 8) order by sum(amount) desc nulls last",
      "Ranks have no gaps, ties are ordered by userid, and no more than top_spenders count",
    ],
    [
      "days are ranked together",
      "partition by substr(date_ts, 1, 8) order by",
      "order by",
      "Two days together are ranked, and their hits kept, each by itself",
    ],
    [
      "the largest line alone",
      "sum(amount) as daily_spend",
      "max(amount) as daily_spend",
      "Spend is summed over the sale lines of all hours of the day",
    ],
    [
      "hits of everybody",
      "\njoin warehouse.daily_top_spenders d",
      "\nleft join warehouse.daily_top_spenders d",
      "Of top spenders every hit is kept, of others none",
    ],
    [
      "hits of other days",
      "on d.userid = h.userid and d.date_ts = substr(h.date_ts, 1, 8)",
      "on d.userid = h.userid",
      "Two days together are ranked, and their hits kept, each by itself",
    ],
    [
      "identical hits are one",
      "\nselect h.userid, h.hit_ts",
      "\nselect distinct h.userid, h.hit_ts",
      "Of top spenders every hit is kept, of others none",
    ],
  ],
};

describe("the cases of the pipeline's jobs", function () {
  this.timeout(120_000);
  let project: Project;
  let engine: Engine;

  before(async () => {
    project = await loadOwnProject();
    engine = await Engine.open({ memory: "1GB", spill: join(tmpdir(), "howdah-test-mutations") });
  });
  after(() => engine.close());

  /** Runs cases of a job whose SQL is another text: those of a name, or all. */
  async function outcomes(name: string, sql: string, only?: string): Promise<readonly CaseOutcome[]> {
    const { job } = project.jobs.get(name)!;
    const compiled = compileJob(job, sql, project.awaited);
    const changed: Project = { ...project, jobs: new Map([[name, compiled]]) };
    const cases = findCases(changed, { jobs: [name], ...(only === undefined ? {} : { text: only }) });
    return runCases(cases, engine, () => undefined, new AbortController().signal);
  }

  for (const [name, list] of Object.entries(mutations)) {
    it(`hold for ${name}`, async () => {
      const sql = readFileSync(join(projectRoot, project.jobs.get(name)!.job.sql), "utf8");
      const failed = (await outcomes(name, sql)).filter(({ passed }) => !passed);
      assert.deepEqual(
        failed.map(({ name: one }) => one),
        [],
      );
    });
    for (const [what, text, instead, noticedBy] of list)
      it(`notice in ${name}: ${what}`, async () => {
        const sql = readFileSync(join(projectRoot, project.jobs.get(name)!.job.sql), "utf8");
        assert.equal(sql.split(text).length - 1, 1, `does not stand there once: ${text}`);
        const [outcome, other] = await outcomes(
          name,
          sql.replace(text, () => instead),
          noticedBy,
        );
        assert.equal(other, undefined, "several cases have this name");
        assert.equal(outcome!.passed, false, `${noticedBy} passes all the same`);
      });
  }
});
