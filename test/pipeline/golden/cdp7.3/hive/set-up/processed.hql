-- workflow set-up, action processed: oozie/workflows.ts:27
CREATE EXTERNAL TABLE IF NOT EXISTS processed.omniture (
  hit_ts timestamp,
  userid string,
  ip string,
  url string,
  city string,
  country string,
  state string
)
COMMENT 'hits'
PARTITIONED BY (
  date_ts string COMMENT 'hour, yyyyMMdd_HH'
)
STORED AS PARQUET
LOCATION '${data}/processed/omniture';

CREATE EXTERNAL TABLE IF NOT EXISTS processed.sales (
  invoiceno string,
  stockcode string,
  description string,
  quantity int,
  unitprice decimal(12,3),
  amount decimal(23,3) COMMENT 'quantity * unitprice',
  sale_ts timestamp COMMENT 'when it was sold, on the clock of the hits',
  invoicedate timestamp,
  customerid string,
  country string,
  kind string COMMENT 'sale, cancellation, adjustment or other',
  userid string
)
COMMENT 'lines of invoices with their kind and their user'
PARTITIONED BY (
  date_ts string COMMENT 'hour, yyyyMMdd_HH'
)
STORED AS PARQUET
LOCATION '${data}/processed/sales';

CREATE EXTERNAL TABLE IF NOT EXISTS processed.rejects (
  data_set string,
  file string COMMENT 'path below the landing folder',
  line int COMMENT 'from 1, the header included',
  reason string,
  raw string
)
COMMENT 'lines of raw files that are no rows'
PARTITIONED BY (
  date_ts string COMMENT 'hour, yyyyMMdd_HH'
)
STORED AS PARQUET
LOCATION '${data}/processed/rejects';

CREATE EXTERNAL TABLE IF NOT EXISTS processed.session_hits (
  hit_ts timestamp,
  userid string,
  ip string,
  url string,
  city string,
  country string,
  state string,
  sessionid string
)
COMMENT 'hits with their session'
PARTITIONED BY (
  date_ts string COMMENT 'hour, yyyyMMdd_HH'
)
STORED AS PARQUET
LOCATION '${data}/processed/session_hits';

CREATE EXTERNAL TABLE IF NOT EXISTS processed.open_sessions (
  userid string,
  ip string,
  sessionid string COMMENT 'md5 of userid|ip|start in epoch seconds',
  session_start timestamp,
  session_end timestamp COMMENT 'the last hit',
  hits bigint,
  landing_page string,
  exit_page string,
  city string,
  country string,
  state string
)
COMMENT 'state: sessions that a later hit could still continue'
PARTITIONED BY (
  date_ts string COMMENT 'hour, yyyyMMdd_HH'
)
STORED AS PARQUET
LOCATION '${data}/processed/open_sessions';

CREATE EXTERNAL TABLE IF NOT EXISTS processed.open_lines (
  userid string,
  invoiceno string,
  stockcode string,
  description string,
  quantity int,
  unitprice decimal(12,3),
  amount decimal(23,3) COMMENT 'quantity * unitprice',
  sale_ts timestamp COMMENT 'when it was sold, on the clock of the hits'
)
COMMENT 'state: sale lines whose session is still open'
PARTITIONED BY (
  date_ts string COMMENT 'hour, yyyyMMdd_HH'
)
STORED AS PARQUET
LOCATION '${data}/processed/open_lines';

CREATE EXTERNAL TABLE IF NOT EXISTS processed.sessions (
  userid string,
  ip string,
  sessionid string COMMENT 'md5 of userid|ip|start in epoch seconds',
  session_start timestamp,
  session_end timestamp COMMENT 'the last hit',
  hits bigint,
  landing_page string,
  exit_page string,
  city string,
  country string,
  state string
)
COMMENT 'sessions, by the hour in which they closed'
PARTITIONED BY (
  date_ts string COMMENT 'hour, yyyyMMdd_HH'
)
STORED AS PARQUET
LOCATION '${data}/processed/sessions';
