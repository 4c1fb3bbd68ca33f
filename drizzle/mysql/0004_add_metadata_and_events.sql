CREATE TABLE `stored_sessions_events` (
	`sid` binary(32) NOT NULL,
	`id` binary(16) NOT NULL,
	`kind` varchar(32) NOT NULL,
	`user_id` varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
	`at` bigint NOT NULL,
	`key_id` bigint,
	`data` blob NOT NULL,
	CONSTRAINT `stored_sessions_events_key` PRIMARY KEY(`sid`,`id`)
);
--> statement-breakpoint
ALTER TABLE `stored_sessions` ADD `metadata` blob;--> statement-breakpoint
CREATE INDEX `stored_sessions_events_by_user` ON `stored_sessions_events` (`user_id`,`at`,`id`);--> statement-breakpoint
CREATE INDEX `stored_sessions_events_by_time` ON `stored_sessions_events` (`at`,`id`);--> statement-breakpoint
CREATE INDEX `stored_sessions_events_by_key` ON `stored_sessions_events` (`key_id`);