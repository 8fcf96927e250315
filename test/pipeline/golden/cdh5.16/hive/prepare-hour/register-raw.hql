-- workflow prepare-hour, action register-raw: oozie/workflows.ts:9
ALTER TABLE raw.omniturelogs ADD IF NOT EXISTS PARTITION (date_ts='${hour}');

ALTER TABLE raw.sales ADD IF NOT EXISTS PARTITION (date_ts='${hour}');
