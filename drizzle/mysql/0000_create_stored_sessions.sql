CREATE TABLE `stored_sessions` (
	`sid` binary(32) NOT NULL,
	`data` longblob NOT NULL,
	`version` int NOT NULL,
	`user_id` varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
	`created_at` bigint NOT NULL,
	`touched_at` bigint NOT NULL,
	`expires_at` bigint NOT NULL,
	`trim_at` bigint NOT NULL,
	`ended_at` bigint,
	`end_reason` varchar(32),
	CONSTRAINT `stored_sessions_sid` PRIMARY KEY(`sid`)
);
--> statement-breakpoint
CREATE INDEX `stored_sessions_user_id_index` ON `stored_sessions` (`user_id`);--> statement-breakpoint
CREATE INDEX `stored_sessions_trim_at_index` ON `stored_sessions` (`trim_at`);