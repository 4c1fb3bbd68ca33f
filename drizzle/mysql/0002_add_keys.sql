CREATE TABLE `stored_sessions_keys` (
	`id` bigint NOT NULL,
	`wrapped` blob NOT NULL,
	`created_at` bigint NOT NULL,
	CONSTRAINT `stored_sessions_keys_id` PRIMARY KEY(`id`)
);
