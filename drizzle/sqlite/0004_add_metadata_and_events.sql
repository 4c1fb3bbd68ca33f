CREATE TABLE `stored_sessions_events` (
	`sid` blob NOT NULL,
	`id` blob NOT NULL,
	`kind` text NOT NULL,
	`user_id` text,
	`at` integer NOT NULL,
	`key_id` integer,
	`data` blob NOT NULL,
	PRIMARY KEY(`sid`, `id`)
);
--> statement-breakpoint
CREATE INDEX `stored_sessions_events_by_user` ON `stored_sessions_events` (`user_id`,`at`,`id`);--> statement-breakpoint
CREATE INDEX `stored_sessions_events_by_time` ON `stored_sessions_events` (`at`,`id`);--> statement-breakpoint
CREATE INDEX `stored_sessions_events_by_key` ON `stored_sessions_events` (`key_id`);--> statement-breakpoint
ALTER TABLE `stored_sessions` ADD `metadata` blob;