-- Every database, table and view of the project.
CREATE DATABASE IF NOT EXISTS processed
COMMENT 'prepared data by hour\073 may be pruned';

CREATE DATABASE IF NOT EXISTS raw
COMMENT 'files as they arrived\073 a partition an hour';

CREATE DATABASE IF NOT EXISTS warehouse
COMMENT 'what analysts query';

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

CREATE EXTERNAL TABLE IF NOT EXISTS raw.omniturelogs (
  col_1 string,
  col_2 string,
  col_3 string,
  col_4 string,
  col_5 string,
  col_6 string,
  col_7 string,
  col_8 string,
  col_9 string,
  col_10 string,
  col_11 string,
  col_12 string,
  col_13 string,
  col_14 string,
  col_15 string,
  col_16 string,
  col_17 string,
  col_18 string,
  col_19 string,
  col_20 string,
  col_21 string,
  col_22 string,
  col_23 string,
  col_24 string,
  col_25 string,
  col_26 string,
  col_27 string,
  col_28 string,
  col_29 string,
  col_30 string,
  col_31 string,
  col_32 string,
  col_33 string,
  col_34 string,
  col_35 string,
  col_36 string,
  col_37 string,
  col_38 string,
  col_39 string,
  col_40 string,
  col_41 string,
  col_42 string,
  col_43 string,
  col_44 string,
  col_45 string,
  col_46 string,
  col_47 string,
  col_48 string,
  col_49 string,
  col_50 string,
  col_51 string,
  col_52 string,
  col_53 string,
  col_54 string,
  col_55 string,
  col_56 string,
  col_57 string,
  col_58 string,
  col_59 string,
  col_60 string,
  col_61 string,
  col_62 string,
  col_63 string,
  col_64 string,
  col_65 string,
  col_66 string,
  col_67 string,
  col_68 string,
  col_69 string,
  col_70 string,
  col_71 string,
  col_72 string,
  col_73 string,
  col_74 string,
  col_75 string,
  col_76 string,
  col_77 string,
  col_78 string,
  col_79 string,
  col_80 string,
  col_81 string,
  col_82 string,
  col_83 string,
  col_84 string,
  col_85 string,
  col_86 string,
  col_87 string,
  col_88 string,
  col_89 string,
  col_90 string,
  col_91 string,
  col_92 string,
  col_93 string,
  col_94 string,
  col_95 string,
  col_96 string,
  col_97 string,
  col_98 string,
  col_99 string,
  col_100 string,
  col_101 string,
  col_102 string,
  col_103 string,
  col_104 string,
  col_105 string,
  col_106 string,
  col_107 string,
  col_108 string,
  col_109 string,
  col_110 string,
  col_111 string,
  col_112 string,
  col_113 string,
  col_114 string,
  col_115 string,
  col_116 string,
  col_117 string,
  col_118 string,
  col_119 string,
  col_120 string,
  col_121 string,
  col_122 string,
  col_123 string,
  col_124 string,
  col_125 string,
  col_126 string,
  col_127 string,
  col_128 string,
  col_129 string,
  col_130 string,
  col_131 string,
  col_132 string,
  col_133 string,
  col_134 string,
  col_135 string,
  col_136 string,
  col_137 string,
  col_138 string,
  col_139 string,
  col_140 string,
  col_141 string,
  col_142 string,
  col_143 string,
  col_144 string,
  col_145 string,
  col_146 string,
  col_147 string,
  col_148 string,
  col_149 string,
  col_150 string,
  col_151 string,
  col_152 string,
  col_153 string,
  col_154 string,
  col_155 string,
  col_156 string,
  col_157 string,
  col_158 string,
  col_159 string,
  col_160 string,
  col_161 string,
  col_162 string,
  col_163 string,
  col_164 string,
  col_165 string,
  col_166 string,
  col_167 string,
  col_168 string,
  col_169 string,
  col_170 string,
  col_171 string,
  col_172 string,
  col_173 string,
  col_174 string,
  col_175 string,
  col_176 string,
  col_177 string,
  col_178 string
)
COMMENT 'the clickstream\'s lines'
PARTITIONED BY (
  date_ts string COMMENT 'hour, yyyyMMdd_HH'
)
ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe'
WITH SERDEPROPERTIES ('field.delim' = '\011')
STORED AS TEXTFILE
LOCATION '${landing}/omniture';

CREATE EXTERNAL TABLE IF NOT EXISTS raw.sales (
  invoiceno string,
  stockcode string,
  description string,
  quantity string,
  invoicedate string,
  unitprice string,
  customerid string,
  country string
)
COMMENT 'lines of invoices'
PARTITIONED BY (
  date_ts string COMMENT 'hour, yyyyMMdd_HH'
)
ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde'
WITH SERDEPROPERTIES ('separatorChar' = ',', 'quoteChar' = '"', 'escapeChar' = '\000')
STORED AS TEXTFILE
LOCATION '${landing}/sales'
TBLPROPERTIES ('skip.header.line.count' = '1');

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

CREATE EXTERNAL TABLE IF NOT EXISTS raw.products (
  url string,
  category string
)
COMMENT 'the category that a page shows'
ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe'
WITH SERDEPROPERTIES ('field.delim' = '\011')
STORED AS TEXTFILE
LOCATION '${landing}/products'
TBLPROPERTIES ('skip.header.line.count' = '1');

CREATE OR REPLACE VIEW raw.omniture COMMENT 'the columns of omniturelogs that the pipeline uses' AS
SELECT col_2 AS hit_time, col_8 AS ip, col_13 AS url, col_14 AS userid, col_50 AS city, col_51 AS country, col_53 AS state, date_ts FROM raw.omniturelogs;
