-- workflow set-up, action databases: oozie/workflows.ts:25
CREATE DATABASE IF NOT EXISTS raw
COMMENT 'files as they arrived\073 a partition an hour';

CREATE DATABASE IF NOT EXISTS processed
COMMENT 'prepared data by hour\073 may be pruned';

CREATE DATABASE IF NOT EXISTS warehouse
COMMENT 'what analysts query';
