CREATE TABLE `stored_sessions_keys` (
	`id` integer PRIMARY KEY NOT NULL,
	`wrapped` blob NOT NULL,
	`created_at` integer NOT NULL
);
