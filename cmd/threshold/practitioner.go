package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"

	"threshold/internal/care"
	"threshold/internal/casework"
)

const practitionerUsage = `Usage: threshold practitioner add -db FILE -council SLUG -name NAME -email ADDRESS [-role ROLE]

Adds somebody who can sign in, and prints a one-time link with which they set their password
and authenticator app. Give it to them and to nobody else.

`

// One role each: no account both looks after people and reads cases.
var roles = []care.Role{care.RolePractitioner, care.RoleManager, care.RoleAdmin, care.RoleAuditor}

// practitionerCommand carries out "threshold practitioner": args are what follows that word. It returns the exit code: 0,
// 1 when it could not be done, 2 for a wrong command line.
func practitionerCommand(args []string, _ io.Reader, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("practitioner add", flag.ContinueOnError)
	var where database
	where.flags(flags)
	council := flags.String("council", "", "the council's slug")
	name := flags.String("name", "", "their name")
	email := flags.String("email", "", "their work e-mail address, with which they sign in")
	role := flags.String("role", string(care.RolePractitioner), "practitioner, manager, admin or auditor")
	base := flags.String("base", "http://localhost:8080", "where the service is, for the link")
	if code, ok := parseAdd(flags, args, practitionerUsage, stdout, stderr); !ok {
		return code
	}
	if !slices.Contains(roles, care.Role(*role)) {
		fmt.Fprintf(stderr, "threshold practitioner add: -role %s is none; use practitioner, manager, admin or auditor\n", *role)
		return 2
	}
	return where.with(stderr, "threshold practitioner add", func(ctx context.Context, service *casework.Service) error {
		councils, err := service.Councils(ctx)
		if err != nil {
			return err
		}
		var slugs []string
		for _, c := range councils {
			slugs = append(slugs, c.Slug)
		}
		if !slices.Contains(slugs, *council) {
			return usageError{fmt.Sprintf("-council %q is not in this database; it has: %s (threshold council add makes one)", *council, strings.Join(append(slugs, "")[:max(1, len(slugs))], ", "))}
		}
		p, token, err := service.Invite(ctx, care.Actor{Kind: care.ActorSystem}, *council, *name, *email, care.Role(*role))
		invalid := (*care.Invalid)(nil)
		switch {
		case errors.As(err, &invalid):
			return usageError{map[string]string{
				"name": "-name is missing, such as -name \"Sam Example\"", "email": "-email must be an address with an @, such as -email sam@example.com",
			}[invalid.Problems[0].Field]}
		case errors.Is(err, care.ErrConflict):
			return fmt.Errorf("somebody with the address %s is there already; use another one", strings.ToLower(*email))
		case err != nil:
			return err
		}
		fmt.Fprintf(stdout, "%s (%s) can now be set up. This link works once, for %.0f minutes:\n", p.Name, *role, casework.SetupLife.Minutes())
		fmt.Fprintf(stdout, "%s/staff/set-up/%s\n", strings.TrimRight(*base, "/"), token)
		return nil
	})
}
