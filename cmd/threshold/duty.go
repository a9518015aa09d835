package main

import (
	"context"
	"log/slog"
	"time"

	"threshold/internal/casework"
)

// dutyEvery is how often it is looked whether a hold has run out or something urgent lies unopened.
const dutyEvery = time.Minute

// duty looks for that again and again, until ctx ends.
func duty(ctx context.Context, service *casework.Service, log *slog.Logger) {
	tick := time.NewTicker(dutyEvery)
	defer tick.Stop()
	for {
		if err := service.Escalate(ctx); err != nil && ctx.Err() == nil {
			log.Error("looking for what waits too long", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
