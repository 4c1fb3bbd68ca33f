CREATE TABLE `stored_sessions` (
	`sid` blob PRIMARY KEY NOT NULL,
	`data` blob NOT NULL,
	`version` integer NOT NULL,
	`user_id` text,
	`created_at` integer NOT NULL,
	`touched_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`trim_at` integer NOT NULL,
	`ended_at` integer,
	`end_reason` text
);
--> statement-breakpoint
CREATE INDEX `stored_sessions_user_id_index` ON `stored_sessions` (`user_id`);--> statement-breakpoint
CREATE INDEX `stored_sessions_trim_at_index` ON `stored_sessions` (`trim_at`);