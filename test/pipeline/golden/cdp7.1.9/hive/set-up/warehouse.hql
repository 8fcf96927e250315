-- workflow set-up, action warehouse: oozie/workflows.ts:28
CREATE EXTERNAL TABLE IF NOT EXISTS warehouse.session_mapped (
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
  state string,
  invoiceno string,
  stockcode string,
  description string,
  quantity int,
  unitprice decimal(12,3),
  amount decimal(23,3) COMMENT 'quantity * unitprice',
  sale_ts timestamp COMMENT 'when it was sold, on the clock of the hits'
)
COMMENT 'sessions and the sale lines attributed to them: a row a line, or one without a line'
PARTITIONED BY (
  date_ts string COMMENT 'hour, yyyyMMdd_HH'
)
STORED AS PARQUET
LOCATION '${data}/warehouse/session_mapped';

CREATE EXTERNAL TABLE IF NOT EXISTS warehouse.hourly_top_spenders (
  userid string,
  hourly_spend decimal(38,3),
  rank int
)
COMMENT 'the users who spent most in an hour'
PARTITIONED BY (
  date_ts string COMMENT 'hour, yyyyMMdd_HH'
)
STORED AS PARQUET
LOCATION '${data}/warehouse/hourly_top_spenders';

CREATE EXTERNAL TABLE IF NOT EXISTS warehouse.daily_top_spenders (
  userid string,
  daily_spend decimal(38,3),
  rank int
)
COMMENT 'the users who spent most in a day'
PARTITIONED BY (
  date_ts string COMMENT 'day, yyyyMMdd'
)
STORED AS PARQUET
LOCATION '${data}/warehouse/daily_top_spenders';

CREATE EXTERNAL TABLE IF NOT EXISTS warehouse.daily_top_spenders_usage_logs (
  userid string,
  hit_ts timestamp,
  url string,
  sessionid string,
  ip string,
  city string,
  country string,
  state string,
  daily_spend decimal(38,3),
  rank int
)
COMMENT 'every hit of a day\'s top spenders'
PARTITIONED BY (
  date_ts string COMMENT 'day, yyyyMMdd'
)
STORED AS PARQUET
LOCATION '${data}/warehouse/daily_top_spenders_usage_logs';

CREATE EXTERNAL TABLE IF NOT EXISTS warehouse.promo_mailing_list (
  userid string
)
COMMENT 'whom to send promotional mail'
PARTITIONED BY (
  date_ts string COMMENT 'day, yyyyMMdd'
)
STORED AS PARQUET
LOCATION '${data}/warehouse/promo_mailing_list';
