import { type Method, ok } from '../method.ts';

export const authTest: Method = {
  scopes: [],
  run: ({ workspace: { team, bot } }) =>
    ok({
      url: `https://${team.name}.slack.com/`,
      team: team.name,
      team_id: team.id,
      user: bot.name,
      user_id: bot.userId,
      bot_id: bot.id,
      is_enterprise_install: false,
    }),
};
